"""Kedro projects: what recording them costs, and our engine beside Kedro's runners."""
