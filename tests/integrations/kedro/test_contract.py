"""The names of Kedro that are not public and that we use, on the oldest version that we take and on the one here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.integrations.kedro.written import write_project

REGISTRY = """
    from kedro.pipeline import Pipeline, node, pipeline

    def begin(step):
        return step

    def pieces(number):
        for each in range(3):
            yield f"piece {each} of {number}"

    def keep(one):
        return f"kept {one}"

    def say(kept, last):
        assert (kept, last) == ("kept 13", "piece 2 of 13"), (kept, last)

    def register_pipelines():
        inner = pipeline([node(keep, "one", "kept", name="keep")], namespace="inner", inputs="one", outputs="kept")
        return {"__default__": inner + Pipeline([
            node(begin, "params:options.step", "one", name="begin"),
            node(pieces, "one", "last", name="pieces"),
            node(say, ["kept", "last"], None, name="say"),
        ])}
"""
SETTINGS = """
    from pathlib import Path
    from kedro.framework.hooks import hook_impl
    from kedro.io import AbstractVersionedDataset
    from kedro.io.core import get_filepath_str
    import fsspec

    class Lines(AbstractVersionedDataset):
        def __init__(self, filepath, version=None):
            self._fs = fsspec.filesystem("file")
            self._protocol = "file"
            super().__init__(filepath=Path(filepath), version=version, exists_function=self._fs.exists,
                             glob_function=self._fs.glob)

        def load(self):
            return Path(self._get_load_path()).read_text()

        def save(self, data):
            path = Path(self._get_save_path())
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(data)

        def _describe(self):
            return {}

        def _exists(self):
            return self._fs.exists(str(self._get_load_path()))

    class Hooks:
        def __init__(self):
            self.before = 0

        @hook_impl
        def before_pipeline_run(self, run_params):
            self.before += 1

        @hook_impl
        def after_dataset_loaded(self, dataset_name, data):
            assert self.before == 1, self.before

        @hook_impl
        def before_node_run(self, node, inputs):
            return {"params:options.step": inputs["params:options.step"] + 10} if node.name == "begin" else None

        @hook_impl
        def after_pipeline_run(self, run_result, run_params):
            assert run_params["runtime_params"] == {"options": {"step": 3}}

    HOOKS = (Hooks(),)
"""


def test_definitions_hooks_versions_and_generators(tmp_path: Path, kedro_python: Path) -> None:
    project = write_project(
        tmp_path, REGISTRY, settings=SETTINGS, parameters="options: {step: 1}\n",
        catalog="kept: {type: small.settings.Lines, filepath: data/kept.txt, versioned: true}\n",
    )  # fmt: skip
    script = Path(__file__).with_name("contract.py")
    done = subprocess.run(
        [kedro_python, script, project, tmp_path / "artifacts"], capture_output=True, text=True, check=False,
        env={**os.environ, "DO_NOT_TRACK": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["kedro"] == "1.0.0") is (kedro_python != Path(sys.executable))
    nodes = ["begin", "inner.keep", "pieces", "say"]
    assert sorted(told["definitions"]["__default__"]) == sorted([*nodes, "after_pipeline_run"])
    assert [outcome[2:] for outcome in told["outcomes"]] == [["succeeded", None]] * 10
    assert told["values"] == {"one": 13, "last": "piece 2 of 13"}
    (version,) = (project / "data/kept.txt").iterdir()
    assert told["kept"]["kept"]["version"] == version.name
    assert told["told"].count(["dataset_saved", "last"]) == 6
    assert told["told"].count(["dataset_saved", "kept"]) == 2
    assert told["plugins"] == []
