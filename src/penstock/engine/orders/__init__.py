"""What an engine does when it is asked: one file for each kind of command, and one registry."""
