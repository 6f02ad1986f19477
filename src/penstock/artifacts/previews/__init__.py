"""Pages of tables and arrays, as plain JSON values. Each is imported when it is needed, and so are its libraries."""
