"""Owns runs: plans and decides purely; the loop applies, commits and dispatches."""
