"""Penstock runs data pipelines, records every run, and shows and steers them.

    from penstock import Pipeline, Param, Retry, run

`Pipeline` collects tasks, `Param` and `Retry` say what is allowed and tried again, and `run` is what a task knows of
its run and reports to it. Errors are in `penstock.errors`.
"""

from penstock.authoring.current import run
from penstock.authoring.options import Param, Retry
from penstock.authoring.pipeline import Pipeline
from penstock.errors import DefinitionError, ParameterError, PenstockError

__version__ = "0.1.0"

__all__ = [
    "DefinitionError",
    "Param",
    "ParameterError",
    "PenstockError",
    "Pipeline",
    "Retry",
    "__version__",
    "run",
]
