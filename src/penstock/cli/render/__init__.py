"""How things look in a terminal: pure functions of values to text."""
