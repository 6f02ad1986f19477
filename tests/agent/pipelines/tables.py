"""Tasks with tables: pandas and pyarrow are loaded before workers are forked."""

import os
import sys

import numpy
import pandas as pd

from penstock import Pipeline

pipeline = Pipeline("tables", params={"rows": 1000})


@pipeline.task
def made(rows: int) -> pd.DataFrame:
    return pd.DataFrame({"n": range(rows), "word": [f"w{at % 7}" for at in range(rows)]})


@pipeline.task
def grouped(made):
    return made.groupby("word", as_index=False)["n"].sum()


@pipeline.task(foreach={"row": "grouped"}, label="word {row[word]}")
def each(row):
    return row["n"]


@pipeline.task
def changed_in_place(made):
    made["n"] = 0
    return int(made["n"].sum())


@pipeline.task
def total(made):
    return int(made["n"].sum())


@pipeline.task
def multiplied():
    ones = numpy.ones((64, 64))
    return float((ones @ ones).sum())


@pipeline.task
def loaded_before(made=None):
    return os.getppid(), "pandas" in sys.modules
