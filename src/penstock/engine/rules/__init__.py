"""The rules of deciding, one a file: each takes a run's view and a time, and returns decisions."""
