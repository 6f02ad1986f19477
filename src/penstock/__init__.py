"""Penstock runs data pipelines, records every run, and shows and steers them.

    from penstock import Cache, Limit, Param, Pipeline, Retry, run

`Pipeline` collects tasks, `Param` and `Retry` say what is allowed and tried again, `Limit` how many runs there are at a
time, `Cache` what is taken from earlier runs, and `run` is what a task knows of its run and reports to it. Errors are
in `penstock.errors`.
"""

TYPE_CHECKING = False  # type checkers take it for true; the typing module would cost 10 ms
if TYPE_CHECKING:
    from penstock.authoring.cache import Cache
    from penstock.authoring.current import run
    from penstock.authoring.limit import Limit
    from penstock.authoring.param import Param
    from penstock.authoring.pipeline import Pipeline
    from penstock.authoring.retry import Retry
    from penstock.errors import DefinitionError, ParameterError, PenstockError

__version__ = "0.1.0"

__all__ = [
    "Cache",
    "DefinitionError",
    "Limit",
    "Param",
    "ParameterError",
    "PenstockError",
    "Pipeline",
    "Retry",
    "__version__",
    "run",
]

_HOMES = {
    "Cache": "penstock.authoring.cache",
    "DefinitionError": "penstock.errors",
    "Limit": "penstock.authoring.limit",
    "Param": "penstock.authoring.param",
    "ParameterError": "penstock.errors",
    "PenstockError": "penstock.errors",
    "Pipeline": "penstock.authoring.pipeline",
    "Retry": "penstock.authoring.retry",
    "run": "penstock.authoring.current",
}

if not TYPE_CHECKING:  # which would take any name for one of these

    def __getattr__(name):
        # Every process of a run begins by importing this package; an agent needs nothing of what is named here.
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module 'penstock' has no attribute {name!r}")
        from importlib import import_module

        value = globals()[name] = getattr(import_module(home), name)
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
