"""What the agent knows of a run."""

from __future__ import annotations

from typing import Any


class Run:
    """A run's context as the engine sent it, and the code that its workers need."""

    __slots__ = ("context", "id", "logs", "over", "pool", "preload", "returned")

    def __init__(self, context: dict[str, Any]) -> None:
        code = context["code"]
        self.context = context
        self.id: str = context["run_id"]
        self.logs: str = context["logs"]
        #: Workers with this code loaded serve it: where it lies and what it says, or says by now.
        said = code.get("now") or code.get("digest") or context["version"]
        self.pool: tuple[str, str] = (code.get("root", ""), said)
        self.over = False
        #: Keys of attempts that the engine has back, and has not dispatched again.
        self.returned: set[str] = set()
        self.preload: list[str] = list(code.get("preload", ()))
