"""What travels over HTTP, as pydantic models: shared by server, client and, through OpenAPI, the page."""
