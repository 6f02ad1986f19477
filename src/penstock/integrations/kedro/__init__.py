"""Kedro projects: every run of theirs recorded, and run by our engine."""
