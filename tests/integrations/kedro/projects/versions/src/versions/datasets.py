"""A dataset that is written piece by piece."""

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset


class AppendedLines(AbstractDataset):
    """A text file; each save adds lines."""

    def __init__(self, filepath: str) -> None:
        self._filepath = Path(filepath)

    def _load(self) -> str:
        return self._filepath.read_text()

    def _save(self, data: str) -> None:
        self._filepath.parent.mkdir(parents=True, exist_ok=True)
        with self._filepath.open("a") as file:
            file.write(data)

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}
