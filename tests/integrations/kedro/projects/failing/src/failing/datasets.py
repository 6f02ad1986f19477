"""A dataset that can't be saved."""

from typing import Any

from kedro.io import AbstractDataset


class Unwritable(AbstractDataset):
    """Refuses whatever it is given."""

    def _load(self) -> object:
        raise FileNotFoundError("nothing was ever saved")

    def _save(self, data: object) -> None:
        raise PermissionError("this place takes nothing")

    def _describe(self) -> dict[str, Any]:
        return {}
