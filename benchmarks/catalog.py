"""The tools that are measured, and what is installed for each."""

from __future__ import annotations

from dataclasses import dataclass

TABLES = "pandas==3.1.1"


@dataclass(frozen=True)
class Tool:
    """`requirements` go into an environment of the tool's own; without any it runs in Penstock's.

    The versions of what they need in turn are held by `pins/<name>.txt`.
    """

    name: str
    requirements: tuple[str, ...] = ()
    workloads: tuple[str, ...] = ("A", "B", "C", "D")

    @property
    def module(self) -> str:
        """The driver, for `python -m`."""
        return f"benchmarks.peers.{self.name}"


TOOLS = (
    Tool("penstock", workloads=("A", "B", "BF", "C", "D")),
    Tool("pool"),
    Tool("hamilton", ("apache-hamilton==1.90.0", TABLES)),
    Tool("luigi", ("luigi==3.8.1", TABLES)),
    Tool("kedro", ("kedro==1.7.0", "kedro-datasets==9.6.0", TABLES)),
    Tool("dask", ("dask[distributed]==2026.8.0", TABLES)),
    Tool("dbos", ("dbos==3.4.0", TABLES)),
    # Prefect 3.9 wants a certifi of the day of its release, which mirrors may lack; 3.8 passes FastAPI an argument that
    # FastAPI has since dropped.
    Tool("prefect", ("prefect==3.8.8", "fastapi==0.148.0", TABLES)),
    Tool("dagster", ("dagster==1.13.28", TABLES)),
)

BY_NAME = {tool.name: tool for tool in TOOLS}
OURS = "penstock"
FLOOR = "pool"
