"""What the process that workers are forked from loads for a Kedro project."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from penstock.integrations.kedro.ahead import LAST, LEAN, OURS, libraries

ASKS = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
assert not {"sqlalchemy", "plotly.express"} & sys.modules.keys(), "they are loaded"
from kedro_datasets.pandas import CSVDataset, SQLTableDataset
from kedro_datasets.plotly import PlotlyDataset
print(CSVDataset.__name__, SQLTableDataset.__name__, PlotlyDataset.__name__)
"""


def project(folder: Path, *types: str) -> Path:
    base = folder / "conf" / "base"
    base.mkdir(parents=True)
    (base / "catalog.yml").write_text("".join(f"d{at}:\n  type: {one}\n" for at, one in enumerate(types)))
    return folder


def test_libraries_that_no_dataset_needs_are_not_loaded_but_can_be_later(tmp_path: Path) -> None:
    names = libraries(project(tmp_path, "pandas.CSVDataset", "plotly.JSONDataset"))
    done = subprocess.run([sys.executable, "-c", ASKS, *names], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["CSVDataset", "SQLTableDataset", "PlotlyDataset"], done.stderr


def test_the_types_of_the_catalogue_are_loaded_between_our_own(tmp_path: Path) -> None:
    names = libraries(project(tmp_path, "pandas.ExcelDataset", "kedro_datasets.json.JSONDataset", "own.Dataset"))
    assert names == (
        OURS, "pandas", LEAN, "kedro_datasets.pandas.excel_dataset", "openpyxl", "kedro_datasets.json.json_dataset",
        LAST,
    )  # fmt: skip


def test_what_a_dataset_needs_is_loaded(tmp_path: Path) -> None:
    assert LEAN not in libraries(project(tmp_path, "pandas.SQLTableDataset", "pandas.CSVDataset"))
