"""What records tell when they are laid side by side: pure functions of run documents and definitions."""
