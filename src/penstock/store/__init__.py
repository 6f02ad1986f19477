"""The database: SQL on SQLite and PostgreSQL. Only this room names a table."""
