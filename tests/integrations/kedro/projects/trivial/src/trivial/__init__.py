"""As many nodes as asked for, each of which does nothing."""
