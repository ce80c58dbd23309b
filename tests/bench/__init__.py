"""`make bench`: what the program promises about speed and memory, measured."""
