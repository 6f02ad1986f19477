"""Versioned, partitioned and transcoded datasets, and a node that makes its output piece by piece."""
