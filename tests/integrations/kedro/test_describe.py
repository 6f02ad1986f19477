"""Definitions of Kedro pipelines, from pipelines and catalogues made by hand."""

from __future__ import annotations

import functools
import logging
from pathlib import Path
from typing import Any

import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node, pipeline

from penstock.engine.plan import make_plan
from penstock.integrations.kedro.describe import describe
from penstock.integrations.kedro.ids import viz_id
from penstock.model.spec import DatasetSpec, ParamSpec, PipelineSpec, Source, from_json, to_json

PROJECT = Path("/home/me/shop")


def preprocess_companies(companies: object) -> object:
    """Clean them.

    More of it.
    """
    return companies


def many(*frames: object) -> object:
    return frames


def two(left: object, right: object, *, scale: float = 1.0) -> tuple[object, object]:
    return left, right


@functools.wraps(preprocess_companies)
def decorated(*args: object) -> object:
    return preprocess_companies(*args)


def described(
    pipe: Pipeline, config: dict[str, Any] | None = None, params: dict[str, Any] | None = None
) -> PipelineSpec:
    catalog = DataCatalog.from_config(config or {}, {"mine": {"key": "SECRET"}})
    return describe(pipe, catalog, name="__default__", namespace="shop", params=params or {}, project=PROJECT)


def test_a_node_becomes_a_task_that_kedro_viz_knows_by_its_id():
    spec = described(
        pipeline(
            [
                node(
                    preprocess_companies,
                    "companies",
                    "preprocessed_companies",
                    name="preprocess_companies_node",
                    tags=["b", "a"],
                )
            ]
        )
    )
    task = spec.tasks["preprocess_companies_node"]
    text = "preprocess_companies_node: preprocess_companies([companies]) -> [preprocessed_companies]"
    assert task.facts == {"node": text, "id": "94112458"}
    assert viz_id("companies") == "aed46479"
    assert task.kind == "kedro"
    assert task.call == f"{__name__}:preprocess_companies"
    assert task.inputs == {"companies": Source("dataset", "companies")}
    assert task.outputs == ("preprocessed_companies",)
    assert task.tags == ("a", "b")
    assert task.description == "Clean them."
    assert task.file == __file__
    assert task.source is not None
    assert task.source.startswith("def preprocess_companies(")
    assert task.source.endswith("return companies\n")


@pytest.mark.parametrize(
    ("function", "inputs", "names"),
    [
        (two, ["a", "b"], ["left", "right"]),
        (two, {"right": "a", "left": "b"}, ["right", "left"]),
        (two, {"left": "a", "right": "b", "scale": "params:s"}, ["left", "right", "scale"]),
        (many, ["a", "b", "c"], ["frames[0]", "frames[1]", "frames[2]"]),
        (decorated, "a", ["companies"]),
        (functools.partial(two, scale=2.0), ["a", "b"], ["left", "right"]),
        (lambda x: x, "a", ["x"]),
        (max, ["a", "b"], ["input1", "input2"]),
    ],
)
@pytest.mark.filterwarnings("ignore:The node producing outputs")
def test_arguments_have_the_names_of_the_function(function: Any, inputs: Any, names: list[str]):
    out = ["y", "z"] if function is two or isinstance(function, functools.partial) else "y"
    (task,) = described(pipeline([node(function, inputs, out)]), params={"s": 1.0}).tasks.values()
    assert list(task.inputs) == names


def test_parameters_that_nodes_read_have_their_defaults_and_types():
    params = {"model": {"size": 0.2, "features": ["a"]}, "unread": 1}
    pipe = pipeline(
        [
            node(two, ["params:model.size", "params:model"], ["a", "b"], name="n"),
            node(many, ["parameters", "params:absent"], "c", name="m"),
        ]
    )
    spec = described(pipe, params=params)
    assert spec.params == {
        "absent": ParamSpec("absent", required=True),
        "model": ParamSpec("model", "dict", params["model"]),
        "model.size": ParamSpec("model.size", "float", 0.2),
        "parameters": ParamSpec("parameters", "dict", params),
    }
    assert spec.tasks["n"].inputs["left"] == Source("param", "model.size")


def test_datasets_that_the_project_keeps_are_told_of_and_credentials_are_not():
    config = {
        "companies": {
            "type": "pandas.CSVDataset",
            "filepath": "/home/me/shop/data/01_raw/companies.csv",
            "credentials": "mine",
            "versioned": True,
            "metadata": {"kedro-viz": {"layer": "raw"}, "description": "Who flies"},
        },
        "{name}_remote": {"type": "pandas.CSVDataset", "filepath": "s3://me:SECRET@store/{name}.csv?sig=SECRET"},
        "unused": {"type": "pandas.CSVDataset", "filepath": "x.csv"},
        "quick": {"type": "MemoryDataset"},
    }
    spec = described(
        pipeline(
            [
                node(preprocess_companies, "companies", "quick", name="a"),
                node(preprocess_companies, "quick", "out_remote", name="b"),
                node(preprocess_companies, "free", "inner", name="c"),
            ]
        ),
        config,
    )
    assert spec.datasets == {
        "companies": DatasetSpec(
            "companies", "pandas.CSVDataset", "raw", "data/01_raw/companies.csv", "Who flies", versioned=True
        ),
        "out_remote": DatasetSpec("out_remote", "pandas.CSVDataset", path="s3://store/out.csv"),
        "free": DatasetSpec("free"),
    }
    assert "SECRET" not in str(to_json(spec))
    assert from_json(to_json(spec)) == spec


def test_transcoded_names_are_one_dataset():
    config = {
        "cars@pandas": {"type": "pandas.CSVDataset", "filepath": "cars.csv"},
        "cars@text": {"type": "text.TextDataset", "filepath": "cars.csv"},
    }
    spec = described(
        pipeline(
            [
                node(preprocess_companies, "raw", "cars@pandas", name="make"),
                node(preprocess_companies, "cars@text", "read", name="take"),
            ]
        ),
        config,
    )
    assert spec.tasks["make"].outputs == ("cars",)
    assert make_plan(spec).tasks[1].upstream == (0,)
    assert set(spec.datasets) == {"raw", "cars"}


def test_namespaces_are_facts_of_their_own():
    inner = pipeline([node(preprocess_companies, "x", "y", name="deep.name")])
    spec = described(pipeline(inner, namespace="a.b"))
    assert spec.tasks["a.b.deep.name"].facts["namespace"] == "a.b"


def test_entries_that_catch_all_make_no_second_warning(caplog: pytest.LogCaptureFixture):
    config = {"{default}": {"type": "pandas.CSVDataset", "filepath": "/home/me/shop/data/{default}.csv"}}
    pipe = pipeline([node(preprocess_companies, "x", "y", name="n")])
    catalog = DataCatalog.from_config(config)
    with caplog.at_level(logging.WARNING):
        spec = describe(pipe, catalog, name="p", namespace="shop", params={}, project=PROJECT)
        first = len(caplog.records)
        for name in ("x", "y"):
            catalog.get(name)
    assert spec.datasets["y"].path == "data/y.csv"
    assert len(caplog.records) == first == 2


def test_an_entry_of_a_type_that_is_not_there_is_left_to_kedro():
    config = {"x": {"type": "nowhere.CSVDataset", "filepath": "/home/me/shop/x.csv"}}
    spec = described(pipeline([node(preprocess_companies, "x", "y", name="n")]), config)
    assert spec.datasets == {"x": DatasetSpec("x", "nowhere.CSVDataset", path="x.csv")}
