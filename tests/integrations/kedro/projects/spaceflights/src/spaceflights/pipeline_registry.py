"""The pipelines of the project by name."""

from kedro.pipeline import Pipeline

from spaceflights.pipelines import data_processing, data_science, reporting


def register_pipelines() -> dict[str, Pipeline]:
    """All of them, and their sum."""
    parts = {
        "data_processing": data_processing.create_pipeline(),
        "data_science": data_science.create_pipeline(),
        "reporting": reporting.create_pipeline(),
    }
    return {**parts, "__default__": sum(parts.values(), Pipeline([]))}
