"""What is told of Kedro projects before anything runs: what is wrong, where and the cure; and where things are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from penstock.authoring.environments import environment_of, environments_of
from penstock.integrations.kedro import catalog_checks
from penstock.integrations.kedro.files import watched
from penstock.integrations.kedro.stated import Stated, stated
from penstock.model.spec import from_json
from tests.integrations.kedro.written import write_project

pytestmark = pytest.mark.beside

REGISTRY = """
from kedro.pipeline import Pipeline, node

def add(options, step):
    return {"step": step}

def double(table):
    return table

def register_pipelines():
    return {"__default__": Pipeline([
        node(add, ["params:options", "params:options.step"], "table", name="add"),
        node(double, "table", "out", name="double"),
    ])}
"""
PARAMS = "options: {step: 1, by: 2}\n"
CATALOG = "table: {type: json.JSONDataset, filepath: data/table.json}\n"
HOOK = """from kedro.framework.hooks import hook_impl
class Mine:
    @hook_impl
    def before_node_run(self, nod): pass
HOOKS = (Mine(),)
"""
HERE = Path(__file__).parent
Change = Callable[[Path], object]


def made(name: str, text: str | bytes) -> Change:
    """A file of this text."""
    return lambda project: (project / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def gone(name: str) -> Change:
    """No such file or folder."""
    return lambda project: shutil.rmtree(project / name) if (project / name).is_dir() else (project / name).unlink()


def other(name: str, text: str, new: str) -> Change:
    """A file with another text in this place."""

    def change(project: Path) -> None:
        file = project / name
        assert text in file.read_text()
        file.write_text(file.read_text().replace(text, new))

    return change


def settings(text: str) -> Change:
    return made("src/small/settings.py", text)


def registered(body: str) -> Change:
    """A function register_pipelines of this body."""
    return made("src/small/pipeline_registry.py", REGISTRY.partition("def register")[0] + body)


def catalog(text: str) -> Change:
    return made("conf/base/catalog.yml", text)


def params(text: str) -> Change:
    return made("conf/base/parameters.yml", f"options:\n  step: {text}\n")


TOML, SETTINGS, REGISTERED = "pyproject.toml", "src/small/settings.py", "src/small/pipeline_registry.py"
CATALOG_FILE, PARAMS_FILE = "conf/base/catalog.yml", "conf/base/parameters.yml"


class Case(NamedTuple):
    """What is done to a project, and what is told of it: file and line, a part of what is wrong, a part of the cure."""

    change: Change
    file: str
    line: int | None
    message: str
    cure: str
    env: str | None = None


BAD = {
    "no package name": Case(
        other(TOML, 'package_name = "small"\n', ""), TOML, 1, "[tool.kedro] has no package_name", "add package_name = ",
    ),
    "a version that is a number": Case(other(TOML, '"1.0.0"', "1"), TOML, 4, "kedro_init_version is 1", "is a text"),
    "a Kedro too old": Case(
        other(TOML, '"1.0.0"', '"0.19.9"'), TOML, 4, "this project is of Kedro 0.19.9, and here is Kedro 1.",
        "move the project to this version of Kedro",
    ),
    "a key that Kedro does not know": Case(
        other(TOML, "package_name", "sourcedir = 'x'\npackage_name"), TOML, 2, "no place for 'sourcedir'",
        "did you mean 'source_dir'?",
    ),
    "another package": Case(
        other(TOML, '= "small"\np', '= "smal"\np'), TOML, 2, "there is no package 'smal' in src/",
        "did you mean 'small'?",
    ),
    "no source": Case(
        other(TOML, "package_name", 'source_dir = "code"\npackage_name'), TOML, 2, "no folder 'code'", "source_dir",
    ),
    "HOOKS is None": Case(settings("\nHOOKS = None\n"), SETTINGS, 2, "HOOKS is None", "make it a tuple of objects"),
    "a class among HOOKS": Case(
        settings("class Mine: pass\nHOOKS = (Mine,)\n"), SETTINGS, 2, "HOOKS has the class Mine", "an object of it",
    ),
    "a hook that asks for too much": Case(
        settings(HOOK), SETTINGS, 3, "Kedro has no such hook as Mine.before_node_run: Argument(s) {'nod'}",
        "the arguments that Kedro's hook has",
    ),
    "plug-ins that are None": Case(
        settings("DISABLE_HOOKS_FOR_PLUGINS = None\n"), SETTINGS, 1, "DISABLE_HOOKS_FOR_PLUGINS is None", "a tuple",
    ),
    "settings that are no Python": Case(settings("HOOKS = (\n"), SETTINGS, 1, "syntax error: '(' was never closed", ""),
    "settings that import what is not there": Case(
        settings("from small.settins import X\n"), SETTINGS, 1, "No module named 'small.settins'",
        "did you mean 'small.settings'?",
    ),
    "a loader that is none": Case(
        settings("CONFIG_LOADER_CLASS = dict\n"), SETTINGS, 1, "CONFIG_LOADER_CLASS is dict", "must be a subclass of",
    ),
    "an argument that the loader does not take": Case(
        settings("CONFIG_LOADER_ARGS = {'bas_env': 'x'}\n"), SETTINGS, 1, "CONFIG_LOADER_ARGS has 'bas_env'",
        "did you mean 'base_env'?",
    ),
    "a source of configuration that is None": Case(
        settings("CONF_SOURCE = None\n"), SETTINGS, 1, "CONF_SOURCE is None", "name a folder",
    ),
    "a source that is not there": Case(
        settings('CONF_SOURCE = "config"\n'), SETTINGS, 1, "there is no folder config/ with the configuration",
        "make it, or name another",
    ),
    "no conf/base": Case(gone("conf/base"), "conf", None, "there is no folder conf/base/", "make it"),
    "no conf/local": Case(gone("conf/local"), "conf", None, "there is no environment 'local'", "make it, or name"),
    "no such environment": Case(
        lambda project: (project / "conf/prod").mkdir(), "conf", None, "there is no environment 'pord'",
        "did you mean 'prod'?", "pord",
    ),
    "no catalogue": Case(gone(CATALOG_FILE), "conf", None, "there is no catalog.yml in conf/base", "an empty one will"),
    "a catalogue that is a list": Case(catalog("- a\n"), CATALOG_FILE, 1, "this is a list", "write name: value"),
    "an entry that is a text": Case(
        catalog("\ntable: csv\n"), CATALOG_FILE, 2, "the dataset 'table' is no entry", "{type: pandas.CSVDataset",
    ),
    "an entry that is there twice": Case(
        catalog(CATALOG + CATALOG), CATALOG_FILE, 2, "'table' stands here twice", "",
    ),
    "an entry in two files": Case(
        made("conf/base/catalog_more.yml", "# more\n" + CATALOG), "conf/base/catalog_more.yml", 2,
        "'table' stands in conf/base/catalog.yml too", "keep one of them",
    ),
    "a key that the dataset does not take": Case(
        catalog("table: {type: json.JSONDataset, filepth: x}\n"), CATALOG_FILE, 1,
        "got an unexpected keyword argument 'filepth'", "did you mean 'filepath'?",
    ),
    "a dataset without a place": Case(
        catalog("table: {type: json.JSONDataset}\n"), CATALOG_FILE, 1, "missing 1 required", "give it 'filepath'",
    ),
    "a type that is no class": Case(
        catalog("table: {type: 3, filepath: x}\n"), CATALOG_FILE, 1, "the type of the dataset 'table' is no class", "",
    ),
    "a type that there is not": Case(
        catalog("table: {type: json.JSONDatset, filepath: x}\n"), CATALOG_FILE, 1, "'JSONDatset' not found in 'json'",
        "did you mean 'json.JSONDataset'?",
    ),
    "no type": Case(catalog("\ntable: {filepath: x}\n"), CATALOG_FILE, 2, "'table' has no type", "say one, as in"),
    "a catalogue that is no YAML": Case(
        catalog("table: {type: \n b: [\n"), CATALOG_FILE, 2, "this is no YAML: expected", "",
    ),
    "a type that is not installed": Case(
        catalog("table: {type: spark.SparkDataset, filepath: x}\n"), CATALOG_FILE, 1, "can't be made",
        "pip install 'kedro-datasets[spark-sparkdataset]'",
    ),
    "a type of the project's own": Case(
        catalog("table: {type: small.data.Mine, filepath: x}\n"), CATALOG_FILE, 1, "No module named 'small.data'",
        "mend its name, or write it",
    ),
    "a pattern that uses what it does not have": Case(
        catalog("'{ta}ble': {type: json.JSONDataset, filepath: '{tb}.json'}\n"), CATALOG_FILE, 1,
        "the entry '{ta}ble' uses '{tb}'", "only what stands in {} in its name",
    ),
    "no credentials": Case(
        catalog("table:\n  type: json.JSONDataset\n  filepath: x\n  credentials: dev\n"), CATALOG_FILE, 4,
        "there are no credentials 'dev'", "write them in conf/local/credentials.yml, under 'dev'",
    ),
    "parameters in another alphabet": Case(
        made(PARAMS_FILE, "options:\n  step: é\n".encode("latin1")), PARAMS_FILE, 2, "not written in UTF-8", "",
    ),
    "parameters that are a list": Case(made(PARAMS_FILE, "- a\n"), PARAMS_FILE, 1, "this is a list", "name: value"),
    "a value that there is not": Case(
        params("${no.such}"), PARAMS_FILE, 2, "'options.step' refers to 'no.such', which there is not", "define it",
    ),
    "a resolver that there is not": Case(
        params("${unknown:1}"), PARAMS_FILE, 2, "'options.step' asks the resolver 'unknown'", "custom_resolvers",
    ),
    "an environment variable in parameters": Case(
        params("${oc.env:HOME}"), PARAMS_FILE, 2, "'options.step' asks the resolver 'oc.env'", "credentials.yml only",
    ),
    "a global that there is not": Case(
        params("${globals:step}"), PARAMS_FILE, 2, "takes 'step' of globals", "${globals:step,1}, or define it in",
    ),
    "a runtime parameter without a default": Case(
        params("${runtime_params:step}"), PARAMS_FILE, 2, "takes 'step' of runtime_params", "${runtime_params:step,1}",
    ),
    "logging that is no YAML": Case(
        made("conf/logging.yml", "version: [\n"), "conf/logging.yml", 2, "logging can't be set up", "without it Kedro",
    ),
    "no registry": Case(gone(REGISTERED), "src/small", None, "no module that registers pipelines", "add pipeline_"),
    "a registry that raises": Case(
        registered("def register_pipelines():\n    raise ValueError('no licence')\n"), REGISTERED, 11,
        "opening this project raised ValueError: no licence", "",
    ),
    "a registry that gives nothing": Case(
        registered("def register_pipelines():\n    pass\n"), REGISTERED, 10, "Kedro finds no pipelines",
        "return a dict of pipelines by name",
    ),
    "a registry that imports what is not there": Case(
        registered("import nowhere\n"), REGISTERED, 10, "No module named 'nowhere'", "install it",
    ),
    "a registry without the function": Case(
        registered("pipelines = {}\n"), REGISTERED, None, "no attribute 'register_pipelines'", "return a dict",
    ),
    "a pipeline that is none": Case(
        registered("def register_pipelines():\n    return {'__default__': [1]}\n"), REGISTERED, 10,
        "what is registered as pipeline '__default__' is of type list", "give it a Pipeline",
    ),
    "a dataset that nobody makes": Case(
        registered("def register_pipelines():\n    return {'__default__': Pipeline([node(double, 'tabel', 'y')])}\n"),
        REGISTERED, 7, "reads 'tabel', which no node makes and the catalogue does not have", "did you mean 'table'?",
    ),
    "a registry that is no function": Case(
        registered("register_pipelines = {}\n"), REGISTERED, 10, "'dict' object is not callable", "return a dict",
    ),
    "a registry that asks for something": Case(
        registered("def register_pipelines(env): return {}\n"), REGISTERED, 10, "missing 1 required", "return a dict",
    ),
    "a name that is no text": Case(
        registered("def register_pipelines():\n    return {3: Pipeline([])}\n"), REGISTERED, 10,
        "a pipeline is registered as 3", "call it '3'",
    ),
}  # fmt: skip


ELSEWHERE = """
CONF_SOURCE = "config"
CONFIG_LOADER_ARGS = {"base_env": "shared", "default_run_env": "dev"}
"""


def _elsewhere(project: Path) -> None:
    """The configuration in another folder, with other environments."""
    settings(ELSEWHERE)(project)
    (project / "conf").rename(project / "config")
    for name, new in (("base", "shared"), ("local", "dev")):
        (project / "config" / name).rename(project / "config" / new)
    (project / "config/prod").mkdir()
    (project / "config/prod/parameters.yml").write_text("options: {step: 7}\n")


def _with_another_place(project: Path) -> None:
    _elsewhere(project)
    (project / "config/prod/catalog.yml").write_text(CATALOG.replace("data/", "data/prod/"))


TAKING = """
_place: "${runtime_params:folder, data}"
table: {type: json.JSONDataset, filepath: "${_place}/${runtime_params:deep.name, ${_place}}.json"}
# ${runtime_params:nothing, 1}
"""


class World:
    """Projects in a folder, and what was told of each when all of them were asked for, in one process."""

    def __init__(self, folder: Path) -> None:
        self.projects: dict[str, Path] = {}
        self._asked: dict[str, list[str | None]] = {}
        for name, case in BAD.items():
            self._add(folder, name, case.change, case.env)
        self._add(folder, "load", BAD["no conf/base"].change, None, "load")
        self._add(folder, "own", registered("def register_pipelines():\n    1 / 0\n"), None, "load")
        self._add(folder, "elsewhere", _elsewhere, None)
        self._add(folder, "elsewhere in prod", _with_another_place, "prod")
        self._add(folder, "taking", catalog(TAKING), None)
        self.told = dict(zip(self._asked, self._answers(), strict=True))

    def _add(self, folder: Path, name: str, change: Change, env: str | None, how: str = "look") -> None:
        place = folder / str(len(self.projects))
        self.projects[name] = project = write_project(place, REGISTRY, parameters=PARAMS, catalog=CATALOG)
        change(project)
        self._asked[name] = [str(project / TOML), "__default__", env, how]

    def _answers(self) -> list[dict[str, Any]]:
        env = {key: value for key, value in os.environ.items() if not key.startswith(("PENSTOCK_", "KEDRO_"))}
        done = subprocess.run(
            [sys.executable, HERE / "asking.py", json.dumps(list(self._asked.values()))],
            env=env | {"DO_NOT_TRACK": "1"}, capture_output=True, text=True, check=False, timeout=180,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        answers: list[dict[str, Any]] = json.loads(done.stdout)
        return answers


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("asked"))


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_told_with_its_place_and_the_cure(name: str, world: World) -> None:
    case, project, answer = BAD[name], world.projects[name], world.told[name]
    error = answer["error"]
    assert (os.path.relpath(error["file"], project), error["line"]) == (case.file, case.line)
    assert case.message in error["message"]
    assert case.cure in (error["cure"] or "")
    assert "site-packages" not in str(error)
    assert "pipelines" not in answer


def test_a_worker_tells_the_same_of_a_project_that_broke_after_its_look(world: World) -> None:
    told = world.told["load"]
    assert told["type"] == "DefinitionError"
    assert told["message"] == "there is no folder conf/base/; make it, for what holds in all environments"
    assert (told["file"], told["line"]) == (str(world.projects["load"] / "conf"), None)
    assert "site-packages" not in told["traceback"]
    # What the project's own code raises is told as it is.
    own = world.told["own"]
    assert (own["type"], own["line"]) == ("ZeroDivisionError", 11)


def test_the_configuration_may_be_elsewhere(world: World) -> None:
    (spec,) = map(from_json, world.told["elsewhere"]["pipelines"])
    assert spec.code is not None
    assert spec.code.options | {"conf": "config", "base_env": "shared", "env": "dev"} == spec.code.options
    assert {"config/shared/catalog.yml", "config/prod/parameters.yml"} <= set(spec.code.files)
    assert environments_of(spec.code) == ["dev", "prod"]
    (prod,) = map(from_json, world.told["elsewhere in prod"]["pipelines"])
    assert (environment_of(prod.code), prod.params["options.step"].default) == ("prod", 7)
    # What is there to be watched is told without running the settings.
    below, folders = watched(world.projects["elsewhere"])
    assert world.projects["elsewhere"] / "config/shared/catalog.yml" in below
    assert world.projects["elsewhere"] / "config/prod" in folders


def test_what_the_catalogue_says_is_part_of_what_a_node_is(world: World) -> None:
    (spec,) = map(from_json, world.told["elsewhere"]["pipelines"])
    (prod,) = map(from_json, world.told["elsewhere in prod"]["pipelines"])
    assert spec.tasks["add"].digest != prod.tasks["add"].digest
    assert all(task.cache != "never" for each in (spec, prod) for task in each.tasks.values())


def test_a_run_may_be_given_what_the_configuration_takes_from_its_params(world: World) -> None:
    (spec,) = map(from_json, world.told["taking"]["pipelines"])
    taken = {name: (param.type, param.default) for name, param in spec.params.items() if not name.startswith("options")}
    assert taken == {"folder": ("str", "data"), "deep.name": ("any", None)}
    # They say where data is, and no result of another run may stand for it.
    assert {task.cache for task in spec.tasks.values()} == {"never"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", Stated("conf", "base", "local")),
        (ELSEWHERE, Stated("config", "shared", "dev")),
        ("CONF_SOURCE: str = 'config'\n", Stated("config", "base", "local")),
        (
            "CONFIG_LOADER_ARGS = {**{}, 'base_env': 'a', 'resolvers': {'b': str}}\n",
            Stated("conf", "a", "local"),
        ),
        ("CONF_SOURCE = str(1)\nCONFIG_LOADER_ARGS = dict(base_env='x')\n", Stated("conf", "base", "local")),
        ("CONF_SOURCE = (\n", Stated("conf", "base", "local")),
    ],
)
def test_settings_are_read_as_far_as_they_are_plain_words(tmp_path: Path, text: str, told: Stated) -> None:
    (tmp_path / "settings.py").write_text(text)
    assert stated(tmp_path) == told


@pytest.mark.parametrize(
    ("installed", "room", "cure"),
    [
        (False, "json", "pip install 'kedro-datasets[json-jsondataset]'"),
        (False, "small", "mend its name, or install what has JSONDataset"),
        (True, "no.where", "mend its name, or install what has JSONDataset"),
    ],
)
def test_without_kedros_datasets_none_of_pythons_modules_stands_for_them(
    monkeypatch: pytest.MonkeyPatch, installed: bool, room: str, cure: str
) -> None:
    monkeypatch.setattr(catalog_checks, "_has_datasets", lambda: installed)
    said = f"Dataset 'JSONDataset' not found in '{room}'. Make sure the dataset name is correct."
    told = catalog_checks._of_entry("table", ValueError(said), "small")
    assert told == (f"the dataset 'table' can't be made: Dataset 'JSONDataset' not found in '{room}'", cure)
