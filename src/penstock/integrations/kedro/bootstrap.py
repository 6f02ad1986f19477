"""Making a Kedro project the one of this process, with its logging in our hands."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

#: Kedro's own variable: the file that it takes its configuration of logging from.
VARIABLE: Final = "KEDRO_LOGGING_CONFIG"
_QUIET: Final = Path(__file__).with_name("quiet_logging.yml")
_OWN: Final = ("logging.yml", "logging.yaml")


def bootstrap(project: Path) -> Any:
    """Set a Kedro project up in this process and go to its folder; its kedro.framework.startup.ProjectMetadata.

    Handlers of the terminal that Kedro or the project set up are taken out again: what a process of ours logs has its
    own way. Raises what Kedro and the project's settings raise.
    """
    os.chdir(project)
    # Kedro's own business, said again by every worker.
    warnings.filterwarnings("ignore", message="register_new_resolver")
    handlers = list(logging.getLogger().handlers)
    preload(project)
    from kedro.framework.startup import bootstrap_project

    metadata = bootstrap_project(project)
    _take_logging(handlers)
    return metadata


def preload(project: Path | None = None) -> None:
    """Import what of Kedro every project needs; the configuration of logging is that of the project, if it has one."""
    own = project is not None and (VARIABLE in os.environ or any((project / "conf" / name).exists() for name in _OWN))
    with _quietly() if not own else _as_it_is():
        import kedro.framework.project as known
        import kedro.framework.session
        import kedro.framework.startup
        import kedro.runner.task  # noqa: F401 - all of them are imported for those who come after

        if own:
            known.LOGGING.__init__()  # type: ignore[misc] # it may have been imported for another project, or none


@contextmanager
def _quietly() -> Iterator[None]:
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str(_QUIET)
    logger = logging.getLogger("kedro.framework.project")
    logger.addFilter(_is_ours_to_tell)
    try:
        yield
    finally:
        logger.removeFilter(_is_ours_to_tell)
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def _is_ours_to_tell(record: logging.LogRecord) -> bool:
    """Kedro tells which configuration of logging it takes; ours is nobody's concern."""
    return str(_QUIET) not in record.getMessage()


@contextmanager
def _as_it_is() -> Iterator[None]:
    yield


def _take_logging(ours: list[logging.Handler]) -> None:
    """Our handlers take the place of those that write to a terminal; those that write to files stay."""
    root = logging.getLogger()
    loggers = [one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    for logger in (root, *loggers):
        for handler in list(logger.handlers):
            if handler not in ours and _writes_to_terminal(handler):
                logger.removeHandler(handler)
                if logger is not root and not logger.propagate:
                    for own in ours:
                        logger.addHandler(own)
    for own in ours:
        if own not in root.handlers:
            root.addHandler(own)
    if root.level in (logging.NOTSET, logging.WARNING):
        root.setLevel(logging.INFO)


def _writes_to_terminal(handler: logging.Handler) -> bool:
    return type(handler) is logging.StreamHandler or type(handler).__name__ == "RichHandler"
