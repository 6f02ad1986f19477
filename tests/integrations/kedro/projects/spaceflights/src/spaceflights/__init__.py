"""Prices of flights to the moon, from companies, reviews and shuttles."""
