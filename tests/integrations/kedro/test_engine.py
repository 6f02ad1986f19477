"""Kedro projects on our engine, by the command that users type."""

from __future__ import annotations

import json
import subprocess
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.integrations.kedro.written import User, states, task, write_project

pytestmark = pytest.mark.beside

Make = Callable[[str], Path]


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


def outputs(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["dataset"]: each for known in document["tasks"] for each in known["outputs"]}


def test_spaceflights_from_tables_to_a_model(user: User, project: Make) -> None:
    folder = project("spaceflights")
    document = user.runs("spaceflights", "--env", "local", "-p", "model_options.test_size=0.5")
    assert set(states(document).values()) == {"succeeded"}
    assert (document["pipeline"], document["namespace"]) == ("__default__", "spaceflights")
    assert document["params"]["model_options"]["test_size"] == 0.5
    assert {name: document["facts"][name] for name in ("runner", "env", "project")} == {
        "runner": "penstock", "env": "local", "project": "spaceflights",
    }  # fmt: skip
    made = outputs(document)
    table = pd.read_parquet(folder / "data/03_primary/model_input_table.parquet")
    assert made["model_input_table"]["kind"] == "dataset"
    assert made["model_input_table"]["rows"] == len(table)
    assert {one["dataset"]: one["bytes"] for one in document["given"]} == {
        file.stem: file.stat().st_size for file in (folder / "data/01_raw").iterdir()
    }
    assert made["model_input_table"]["bytes"] == (folder / "data/03_primary/model_input_table.parquet").stat().st_size
    assert [column["name"] for column in made["model_input_table"]["columns"]] == list(table.columns)
    assert made["train"]["kind"] == "table"
    assert made["train"]["rows"] == len(table) - int(len(table) * 0.5)
    (version,) = (folder / "data/06_models/regressor.pickle").iterdir()
    assert made["regressor"]["bytes"] == (version / "regressor.pickle").stat().st_size
    figures = {each["name"]: each["unit"] for each in task(document, "split_data_node")["metrics"]}
    assert figures == {"load_seconds": "s", "function_seconds": "s", "save_seconds": "s"}
    assert task(document, "preprocess_companies_node")["kind"] == "kedro"
    lines = json.loads(user.types("runs", "logs", "latest", "--json").stdout)["lines"]
    told = {line["message"].split()[3] for line in lines if line["message"].startswith(("Loading", "Saving"))}
    # Of what only goes from node to node nothing is told.
    assert told == {"companies", "shuttles", "reviews", "preprocessed_companies", "preprocessed_shuttles",
                    "model_input_table", "regressor", "metrics", "capacity_plot"}  # fmt: skip


def test_a_part_takes_what_it_needs_from_the_project_and_from_the_run_before(user: User, project: Make) -> None:
    project("spaceflights")
    refused = user.types("run", "spaceflights", "--from", "train_model_node")
    assert refused.returncode == 2
    assert "the slice needs 'test', 'train', and no succeeded run has it" in refused.stderr
    user.runs("spaceflights")
    again = user.runs("spaceflights", "--from", "train_model_node")
    assert states(again) == {
        "preprocess_companies_node": "skipped", "preprocess_shuttles_node": "skipped", "plot_capacity_node": "skipped",
        "create_model_input_table_node": "skipped", "split_data_node": "skipped", "train_model_node": "succeeded",
        "evaluate_model_node": "succeeded",
    }  # fmt: skip
    table = user.runs("spaceflights", "--only", "create_model_input_table_node")
    assert states(table)["create_model_input_table_node"] == "succeeded"
    science = user.runs("spaceflights", "--pipeline", "data_science", "--tag", "science")
    assert set(states(science).values()) == {"succeeded"}


def test_factories_namespaces_versions_partitions_generators_and_transcoding(user: User, project: Make) -> None:
    spaces, versions = project("spaces"), project("versions")
    document = user.runs("spaces")
    assert set(states(document).values()) == {"succeeded"}
    assert len(pd.read_csv(spaces / "data/03_primary/summary.csv")) == 3
    document = user.runs("versions", "-p", "least=5")
    assert set(states(document).values()) == {"succeeded"}
    kept = outputs(document)
    (version,) = (versions / "data/numbers.csv").iterdir()
    created = document["created_at"]
    assert version.name == f"{created[:10]}T{created[11:13]}.{created[14:16]}.{created[17:23]}Z"
    assert pd.read_csv(version / "numbers.csv")["n"].min() == 5
    assert kept["parts"]["bytes"] == sum(file.stat().st_size for file in (versions / "data/parts").iterdir())
    assert (versions / "data/pieces.txt").read_text() == (versions / "data/squares.csv").read_text()
    assert task(document, "say")["outputs"] == []
    loads = {data["dataset"]: data for kind, data in user.told() if kind == "dataset_loaded"}
    assert loads["numbers"]["bytes"] == (version / "numbers.csv").stat().st_size
    assert loads["numbers"]["rows"] == 100
    assert {"squares@text", "total"} <= loads.keys()


@pytest.mark.parametrize(
    ("pipeline", "error"),
    [
        ("function", {"type": "ZeroDivisionError", "file": "pipeline_registry.py"}),
        ("load", {"operation": "load", "dataset": "absent", "file": "catalog.yml", "line": 1}),
        ("save", {"operation": "save", "dataset": "unwritable"}),
    ],
)
def test_a_node_fails_with_the_operation_and_the_dataset(
    user: User, project: Make, pipeline: str, error: dict[str, Any]
) -> None:
    project("failing")
    document = user.runs("failing", "--pipeline", pipeline, exit_code=1)
    (known,) = user.errors()
    failed = [data for kind, data in user.told() if kind == "dataset_failed"]
    assert failed == ([] if pipeline == "function" else [{name: error[name] for name in ("dataset", "operation")}])
    told = {**known, "file": Path(known["file"] or "").name}
    assert {name: told.get(name) for name in error} == error
    assert states(document)["begin"] == "succeeded"
    assert states(document).get("after") == "upstream_failed"


STUBBORN = """
    import threading
    from pathlib import Path
    from kedro.pipeline import Pipeline, node

    TRIES = Path(__file__).parents[2] / "data" / "tries"

    def stubborn(step):
        TRIES.write_text(TRIES.read_text() + "x" if TRIES.exists() else "x")
        if len(TRIES.read_text()) < 3:
            raise OSError("not yet")
        return step

    def lock(value):
        return threading.Lock()

    def register_pipelines():
        return {
            "__default__": Pipeline([
                node(stubborn, "params:step", "value", name="stubborn", tags=["penstock.retry.3", "penstock.delay.0"]),
            ]),
            "unpicklable": Pipeline([node(lock, "params:step", "lock", name="lock")]),
        }
"""


def test_tags_give_retries_and_what_cannot_be_kept_fails_with_its_name(user: User, tmp_path: Path) -> None:
    write_project(tmp_path, STUBBORN, parameters="step: 1\n")
    document = user.runs("small", "-p", "step=7")
    assert [attempt["state"] for attempt in task(document, "stubborn")["attempts"]] == ["failed", "failed", "succeeded"]
    document = user.runs("small", "--pipeline", "unpicklable", exit_code=1)
    error = user.errors()[-1]
    assert (error["operation"], error["dataset"]) == ("save", "lock")
    assert Path(error["file"]).name == "pipeline_registry.py"
    assert "def lock" in Path(error["file"]).read_text().splitlines()[error["line"] - 1]
    assert "dataset 'lock' can't be stored, a value of type _thread.lock" in error["message"]
    assert states(document) == {"lock": "failed"}


HOOKS = """
    import os
    from pathlib import Path
    from kedro.framework.hooks import hook_impl

    TOLD = Path(__file__).parents[2] / "data" / "told"

    def tell(text):
        with TOLD.open("a") as file:
            file.write(text + chr(10))

    class Hooks:
        @hook_impl
        def before_pipeline_run(self, run_params, pipeline):
            os.environ["FROM_BEFORE"] = "seen"
            tell(f"before {run_params['runner']} {len(pipeline.nodes)} {run_params['runtime_params']}")

        @hook_impl
        def before_node_run(self, node, inputs):
            if node.name == "add":
                return {name: value + 1 for name, value in inputs.items() if name == "one"}

        @hook_impl
        def after_dataset_saved(self, dataset_name, data):
            tell(f"saved {dataset_name} {data} {os.environ['FROM_BEFORE']}")

        @hook_impl
        def after_pipeline_run(self, run_result):
            tell(f"after {sorted(run_result)}")

        @hook_impl
        def on_pipeline_error(self, error):
            tell(f"error {error}")

    HOOKS = (Hooks(),)
"""
TWO = """
    from kedro.pipeline import Pipeline, node

    def begin(step):
        return step

    def add(one, by):
        return one / by

    def register_pipelines():
        return {"__default__": Pipeline([
            node(begin, "params:options.step", "one", name="begin"),
            node(add, ["one", "params:options.by"], "two", name="add"),
        ])}
"""


def test_the_hooks_of_the_project_run(user: User, tmp_path: Path) -> None:
    project = write_project(tmp_path, TWO, settings=HOOKS, parameters="options: {step: 1, by: 2}\n")
    user.runs("small", "-p", "options.step=5", "--workers", "2")
    assert (project / "data/told").read_text().splitlines() == [
        "before penstock 2 {'options': {'step': 5}}", "saved one 5 seen", "saved two 3.0 seen", "after ['two']",
    ]  # fmt: skip
    (project / "data/told").unlink()
    user.runs("small", "-p", "options.by=0", exit_code=1)
    assert (project / "data/told").read_text().splitlines() == [
        "before penstock 2 {'options': {'by': 0}}", "saved one 1 seen",
        "error ZeroDivisionError: division by zero",
    ]  # fmt: skip


def test_a_parameter_that_no_node_reads_can_be_given_and_hooks_see_it(user: User, tmp_path: Path) -> None:
    parameters = "options: {step: 1, by: 2, how: fast}\nunread: {deep: 1}\n"
    project = write_project(tmp_path, TWO, settings=HOOKS, parameters=parameters)
    run = user.runs("small", "-p", "options.how=slow", "-p", "unread.deep=7")
    assert (project / "data/told").read_text().splitlines()[0] == (
        "before penstock 2 {'unread': {'deep': 7}, 'options': {'how': 'slow'}}"
    )
    assert run["params"] == {"options.step": 1, "options.by": 2, "options.how": "slow", "unread": {"deep": 7}}


def _as_it_is(folder: Path) -> None:
    """Nothing is changed."""


def _catalog(text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "conf/base/catalog.yml").write_text(text)


#: Of all that can be wrong (test_asked_projects.py), what is asked on the command line, and some more.
BAD = {
    "no such pipeline": (
        _as_it_is, ["--pipeline", "defualt"], "registers no pipeline 'defualt' ▸ 10 │ def register_pipelines(): hint: "
        "did you mean '__default__'?",
    ),
    "no such environment": (_as_it_is, ["--env", "prod"], "hint: name an environment that is a folder of conf/"),
    "no such parameter": (
        _as_it_is, ["-p", "options.stp=1"], "no parameter 'options.stp'; did you mean 'options.step'?",
    ),
    "no Python": (
        lambda folder: (folder / "src/small/pipeline_registry.py").write_text("def register_pipelines(:\n"), [],
        "pipeline_registry.py:1: error: syntax error",
    ),
    "type that is not installed": (
        _catalog("one: {type: spark.SparkDataset, filepath: x}\n"),
        [],
        "catalog.yml:1: error: the dataset 'one' can't be made: No module named 'spark'; pip install "
        "'kedro-datasets[spark-sparkdataset]'",
    ),
    "policies": (
        lambda folder: (folder / "conf/base/penstock.yml").write_text("nodes:\n  add: {retry: many, timout: 3}\n"),
        [],
        "penstock.yml:2",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_told_before_anything_runs(user: User, tmp_path: Path, case: str) -> None:
    change, words, told = BAD[case]
    folder = write_project(
        tmp_path, TWO, parameters="options: {step: 1, by: 2}\n",
        catalog="table: {type: json.JSONDataset, filepath: data/table.json}\n",
    )  # fmt: skip
    change(folder)
    assert told in user.refused("small", *words)


LOGGING = """
    version: 1
    disable_existing_loggers: false
    handlers:
      rich: {class: kedro.logging.RichHandler}
      file: {class: logging.FileHandler, filename: data/info.log, delay: true}
    loggers: {kedro: {level: INFO}}
    root: {handlers: [rich, file]}
"""


def test_a_project_logs_as_it_says_and_into_the_run(user: User, tmp_path: Path) -> None:
    talks = TWO.replace(
        "return step", 'import logging; logging.getLogger("small").info("begun at %s", step); return step'
    )
    project = write_project(tmp_path, talks, parameters="options: {step: 1, by: 2}\n")
    (project / "conf/logging.yml").write_text(textwrap.dedent(LOGGING))
    user.runs("small", "--only", "begin")
    lines = json.loads(user.types("runs", "logs", "latest", "--json").stdout)["lines"]
    told = [(line["level"], line["logger"], line["message"]) for line in lines]
    assert told.count(("info", "small", "begun at 1")) == 1
    # The log is that of one node: the heading that Kedro gives each stands in the project's own log alone.
    assert not [message for _, _, message in told if message.startswith("Running node")]
    assert not [line for line in lines if "rich_logging" in line["message"] or "node.py:" in line["message"]]
    assert "Running node: begin" in (project / "data/info.log").read_text()


def test_a_pipeline_that_is_wrong_does_not_keep_others_from_running(user: User, tmp_path: Path) -> None:
    text = TWO.replace("return {", 'return {"wrong": Pipeline([node(begin, "nowhere", "some", name="wrong")]), ')
    write_project(tmp_path, text, parameters="options: {step: 1, by: 2}\n")
    assert set(states(user.runs("small")).values()) == {"succeeded"}
    wrong = user.types("pipelines", "validate", "small")
    assert wrong.returncode == 2
    assert "node 'wrong' reads 'nowhere'" in wrong.stderr
    user.folder = tmp_path / "small"
    listed = json.loads(user.types("pipelines", "list", "--json").stdout)
    assert [each["name"] for each in listed["items"]] == ["__default__"]
    assert ["node 'wrong' reads 'nowhere'" in each["message"] for each in listed["broken"]] == [True]


PART = """
    from kedro.pipeline import Pipeline, node

    def begin(step):
        return step

    def create_pipeline():
        return Pipeline([node(begin, "params:step", "one", name="begin")])
"""
FOUND = """
    from kedro.framework.project import find_pipelines

    def register_pipelines():
        found = find_pipelines()
        return {**found, "__default__": sum(found.values())}
"""


def test_where_a_module_can_not_be_imported_the_whole_is_left_out_and_other_parts_stay(
    user: User, tmp_path: Path
) -> None:
    folder = write_project(tmp_path, FOUND, parameters="step: 1\n")
    for name, text in (("good", PART), ("bad", "import nowhere_at_all\n")):
        module = folder / "src" / "small" / "pipelines" / name
        module.mkdir(parents=True)
        (module / "__init__.py").write_text(textwrap.dedent(text))
    user.folder = folder
    listed = json.loads(user.types("pipelines", "list", "--json").stdout)
    assert [each["name"] for each in listed["items"]] == ["good"]
    assert ["No module named 'nowhere_at_all'" in each["message"] for each in listed["broken"]] == [True]


def test_verbs_of_pipelines_know_projects(user: User, project: Make) -> None:
    folder = project("spaceflights")
    user.folder = folder
    listed = json.loads(user.types("pipelines", "list", "--json").stdout)
    assert {each["name"] for each in listed["items"]} == {"__default__", "data_processing", "data_science", "reporting"}
    shown = json.loads(user.types("pipelines", "show", "data_science", "--json").stdout)
    assert list(shown["tasks"]) == ["split_data_node", "train_model_node", "evaluate_model_node"]
    valid = json.loads(user.types("pipelines", "validate", ".", "--json").stdout)
    assert valid["valid"]
    document = user.runs("data_processing")
    assert document["pipeline"] == "data_processing"


def test_kedro_viz_is_told_of_our_runs_too_where_that_is_wanted(user: User, project: Make) -> None:
    folder = project("failing")
    user.runs("failing", "--pipeline", "function", exit_code=1)
    file = folder / ".viz" / "kedro_pipeline_events.json"
    assert not file.exists()
    user.env["PENSTOCK_KEDRO_VIZ"] = "on"
    user.runs("failing", "--pipeline", "function", exit_code=1)
    events = json.loads(file.read_text())
    assert [event["event"] for event in (events[0], events[-1])] == ["before_pipeline_run", "on_pipeline_error"]
    assert [event["node"] for event in events if event["event"] == "on_node_error"] == ["fail"]


WAITS = """
    import time
    from pathlib import Path
    from kedro.pipeline import Pipeline, node

    def wait(go):
        Path("begun").touch()
        while not Path(go).exists():
            time.sleep(0.01)

    def register_pipelines():
        return {"__default__": Pipeline([node(wait, "params:go", None, name="wait")])}
"""


def test_a_pipeline_keeps_its_time_and_its_number_of_runs(user: User, tmp_path: Path) -> None:
    policies = "pipelines: {__default__: {timeout: 0.3s, on_timeout: cancelled, labels: {team: sales}}}"
    folder = write_project(tmp_path, WAITS, parameters="go: now", policies=policies)
    late = user.runs("small", exit_code=1)
    assert (late["state"], late["reason"], late["labels"]) == ("cancelled", "timeout", {"team": "sales"})
    (folder / "begun").unlink()
    (folder / "conf/base/penstock.yml").write_text("pipelines: {__default__: {concurrency: {runs: 1, full: skip}}}")
    first = user.begins("run", "small")
    while not (folder / "begun").exists():
        with pytest.raises(subprocess.TimeoutExpired):
            first.wait(0.05)
    second = user.runs("small")
    assert (second["state"], second["reason"]) == ("skipped", "limit")
    (folder / "now").touch()
    assert first.wait(60) == 0
