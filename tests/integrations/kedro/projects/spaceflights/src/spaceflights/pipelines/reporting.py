"""Pictures of the data."""

import pandas as pd
import plotly.graph_objects as go
from kedro.pipeline import Pipeline, node, pipeline


def plot_capacity(preprocessed_shuttles: pd.DataFrame) -> go.Figure:
    """Mean capacity by type of shuttle."""
    means = preprocessed_shuttles.groupby("shuttle_type")["passenger_capacity"].mean()
    return go.Figure(go.Bar(x=means.index.tolist(), y=means.tolist()))


def create_pipeline(**_: object) -> Pipeline:
    """The nodes of this part."""
    return pipeline([node(plot_capacity, "preprocessed_shuttles", "capacity_plot", name="plot_capacity_node")])
