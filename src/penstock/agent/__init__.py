"""Supervises worker processes on one machine: hands them attempts, keeps their logs, ends them with their children."""
