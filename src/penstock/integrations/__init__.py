"""Other tools that Penstock works with, a room each."""
