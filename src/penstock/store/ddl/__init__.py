"""What makes a new database, as SQL that is ready to run. `python -m penstock.store.ddl` writes it from the schema."""

from __future__ import annotations

from pathlib import Path
from typing import Final

#: The migration that a new database starts at, and the oldest Penstock that understands it.
HEAD: Final = "0011"
NEEDS: Final = "0.1.0"


def script(dialect: str) -> list[str]:
    """The statements that make an empty database whole."""
    text = (Path(__file__).parent / f"{dialect}.sql").read_text(encoding="utf-8")
    return [statement for statement in text.split(";\n") if statement.strip()]
