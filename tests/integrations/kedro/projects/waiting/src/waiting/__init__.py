"""Nodes that wait until they are let go, or end the process."""
