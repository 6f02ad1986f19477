"""How Kedro-Viz names nodes and datasets, so that its addresses and ours mean the same."""

from __future__ import annotations

import hashlib
from typing import Final

TRANSCODING: Final = "@"


def viz_id(text: str) -> str:
    """Kedro-Viz's id of `str(node)`, of a dataset's name without transcoding, or of `params:x`: eight digits."""
    return hashlib.sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:8]


def plain_name(dataset: str) -> str:
    """The name of a dataset without its transcoding: `cars@pandas` and `cars@spark` are both `cars`."""
    return dataset.partition(TRANSCODING)[0]


def is_param(dataset: str) -> bool:
    """Does a node's input name parameters instead of data?"""
    return dataset == "parameters" or dataset.startswith("params:")


def param_name(dataset: str) -> str:
    """The name of our parameter: `a.b` of `params:a.b`, and `parameters` for all of them."""
    return dataset.removeprefix("params:")
