"""The HTTP API, the live stream and the page. It reads and writes the store; it never talks to an engine."""
