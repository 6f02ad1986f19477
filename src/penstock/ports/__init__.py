"""Contracts that have more than one implementation."""
