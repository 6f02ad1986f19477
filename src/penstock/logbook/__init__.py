"""Reads what tasks printed: logs of any length, many attempts as one, windows, counts, search. Never all at once."""
