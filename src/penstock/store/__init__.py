"""The database: SQLAlchemy Core on SQLite and PostgreSQL. Only this room names a table."""
