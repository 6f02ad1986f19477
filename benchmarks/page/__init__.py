"""How quick Penstock is to look at: lists and documents over HTTP, the stream, and the page in a browser."""
