"""What can be done with a ledger: bring a text in, decide its rows, report, keep the month."""
