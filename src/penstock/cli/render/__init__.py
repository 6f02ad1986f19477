"""What is shown, as lines of styled text: pure functions of values, the width, and what the terminal can."""
