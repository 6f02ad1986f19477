"""Cache: when a result of an earlier run may be taken, as users write it."""

from __future__ import annotations

from typing import Literal

from penstock.authoring.retry import Duration


class Cache:
    """Take what an earlier run has made, instead of running the task.

    `by="inputs"`: of a run where its code, its params and its inputs were the same. `ttl`: not if it was made longer
    ago than this (seconds, or a text like `"7d"`). `cache="inputs"` is the same as `cache=Cache("inputs")`.
    """

    def __init__(self, by: Literal["inputs"] = "inputs", *, ttl: Duration | None = None) -> None:
        self.by = by
        self.ttl = ttl

    def __repr__(self) -> str:
        return f"Cache({self.by!r})" if self.ttl is None else f"Cache({self.by!r}, ttl={self.ttl!r})"
