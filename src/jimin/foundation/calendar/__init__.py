"""The days off and the days worked that the office itself enters, over those of the library."""
