"""One pipeline, used once an area."""

import pandas as pd
from kedro.pipeline import Pipeline, node, pipeline

AREAS = ("europe.north", "europe.south", "asia.east")


def keep_large(orders: pd.DataFrame, least: int) -> pd.DataFrame:
    """Orders of at least so many pieces."""
    return orders[orders["pieces"] >= least]


def total(large: pd.DataFrame) -> int:
    """Pieces in all."""
    return int(large["pieces"].sum())


def summarize(*totals: int) -> pd.DataFrame:
    """A table of the totals."""
    return pd.DataFrame({"area": AREAS, "pieces": totals})


def register_pipelines() -> dict[str, Pipeline]:
    """The areas and their summary."""
    area = pipeline(
        [
            node(keep_large, ["orders", "params:least"], "large_csv", name="keep_large"),
            node(total, "large_csv", "total", name="total"),
        ]
    )
    areas = [pipeline(area, namespace=name) for name in AREAS]
    summary = pipeline([node(summarize, [f"{name}.total" for name in AREAS], "summary", name="summarize")])
    return {"__default__": sum(areas, Pipeline([])) + summary}
