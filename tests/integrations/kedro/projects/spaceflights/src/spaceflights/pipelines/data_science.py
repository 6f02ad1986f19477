"""From the table to a model and its score."""

from typing import Any

import numpy as np
import pandas as pd
from kedro.pipeline import Pipeline, node, pipeline


def split_data(table: pd.DataFrame, options: dict[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Some rows to learn from, the others to test with."""
    shuffled = table.sample(frac=1.0, random_state=options["random_state"])
    count = int(len(shuffled) * options["test_size"])
    return shuffled.iloc[count:], shuffled.iloc[:count]


def train_model(train: pd.DataFrame, features: list[str]) -> np.ndarray:
    """Weights of a linear model (least squares), the last one being the constant."""
    weights, *_ = np.linalg.lstsq(_design(train, features), train["price"].to_numpy(), rcond=None)
    return weights


def evaluate_model(regressor: np.ndarray, test: pd.DataFrame, features: list[str]) -> dict[str, float]:
    """How far off the model is."""
    missed = _design(test, features) @ regressor - test["price"].to_numpy()
    return {"mean_absolute_error": float(np.abs(missed).mean()), "rows": len(test)}


def _design(table: pd.DataFrame, features: list[str]) -> np.ndarray:
    return np.column_stack([table[features].to_numpy(dtype=float), np.ones(len(table))])


def create_pipeline(**_: object) -> Pipeline:
    """The nodes of this part."""
    features = "params:model_options.features"
    return pipeline(
        [
            node(split_data, ["model_input_table", "params:model_options"], ["train", "test"], name="split_data_node"),
            node(train_model, ["train", features], "regressor", name="train_model_node"),
            node(evaluate_model, ["regressor", "test", features], "metrics", name="evaluate_model_node"),
        ],
        tags="science",
    )
