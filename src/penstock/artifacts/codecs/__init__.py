"""One file for each way of keeping a value. Each is imported when a value needs it first, and so are its libraries."""
