"""An open Kedro project: its session, context, pipelines and catalogue, as `kedro run` makes them.

Kedro has no public way to make a catalogue for a save version, and none to leave hooks of single plug-ins out. The
names that are used for that are held by tests/integrations/kedro/test_contract.py on all versions that we take.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

from pluggy import PluginManager

from penstock.integrations.kedro.bootstrap import bootstrap
from penstock.integrations.kedro.stated import BASE

DEFAULT: Final = "__default__"
#: Plug-ins whose hooks are for `kedro run` alone: our recorder would record a run twice, Kedro-Viz would write down the
#: part of a run that it sees in one worker, and telemetry would count every worker as a run.
LEFT_OUT: Final = frozenset({"penstock", "kedro-viz", "kedro-telemetry"})


class Project:
    """A Kedro project in this process, for one environment and one set of runtime params.

    `package` is the name of its package, `context` its KedroContext, `hooks` its plug-in manager; `asked_env` is the
    environment as it was given. Opening it calls the hook `after_context_created`. Raises what Kedro, the project's
    code and its configuration raise.
    """

    def __init__(self, folder: Path, env: str | None = None, runtime_params: Mapping[str, Any] | None = None) -> None:
        self.folder = folder
        self.asked_env = env
        self.metadata = bootstrap(folder)
        self.package: str = self.metadata.package_name
        self.runtime_params = dict(runtime_params or {})
        with _without_hooks_of(LEFT_OUT):
            from kedro.framework.session import KedroSession

            self.session = KedroSession.create(
                project_path=folder, save_on_close=False, env=env or None, runtime_params=self.runtime_params or None
            )
        self.hooks = self.session._hook_manager
        self.context = self.session.load_context()

    @property
    def env(self) -> str:
        """The environment of the configuration, such as `local`."""
        loader = self.context.config_loader
        return str(self.context.env or getattr(loader, "default_run_env", None) or "local")

    @property
    def base_env(self) -> str:
        """The environment below all others."""
        return str(getattr(self.context.config_loader, "base_env", None) or BASE)

    @property
    def conf(self) -> Path:
        """The folder of the configuration."""
        from kedro.framework.project import settings

        return self.folder / str(settings.CONF_SOURCE)

    def params(self) -> dict[str, Any]:
        """All parameters as the configuration has them."""
        from kedro.config import MissingConfigException

        try:
            return dict(self.context.config_loader["parameters"])
        except MissingConfigException:
            return {}

    def pipelines(self, names: Iterable[str] | None = None) -> dict[str, Any]:
        """The registered pipelines by name; where `names` are given, others may be missing."""
        from kedro.framework.project import pipelines

        if hasattr(pipelines, "set_requested"):  # since Kedro 1.4
            pipelines.set_requested(None if names is None else list(names))
        return dict(pipelines)

    def catalog(self, names: Iterable[str], save_version: str | None = None) -> Any:
        """The catalogue for a run of these pipelines; the hook `after_catalog_created` is called."""
        from kedro.framework.project import settings

        names = list(names)
        if DEFAULT not in names and hasattr(self.context, "_pipelines_to_validate"):
            self.context._pipelines_to_validate = names
        return self.context._get_catalog(
            catalog_class=settings.DATA_CATALOG_CLASS, save_version=save_version, load_versions=None
        )

    def implements(self, hook: str) -> bool:
        """Does a hook of the project or of a plug-in stand behind this name?"""
        return bool(getattr(self.hooks.hook, hook).get_hookimpls())


def only_in_memory(name: str, catalog: Any) -> bool:
    """Would a dataset that the catalogue does not have live in memory? Kedro takes its time to make each of those."""
    patterns = getattr(catalog, "default_runtime_patterns", None)
    return patterns == {"{default}": {"type": "kedro.io.MemoryDataset"}} and name not in catalog


@contextmanager
def _untraced() -> Iterator[None]:
    """Kedro has every call of a hook traced, also where nobody hears it: an eighth of the time of a short node."""
    if logging.getLogger("kedro.framework.hooks.manager").getEffectiveLevel() <= logging.DEBUG:
        yield
        return
    usual = PluginManager.enable_tracing
    PluginManager.enable_tracing = lambda self: lambda: None  # type: ignore[method-assign] # noqa: ARG005
    try:
        yield
    finally:
        PluginManager.enable_tracing = usual  # type: ignore[method-assign]


@contextmanager
def _without_hooks_of(distributions: Collection[str]) -> Iterator[None]:
    """Sessions that are made inside do not even import these plug-ins."""
    room: Any = import_module("kedro.framework.session.session")
    names = [each.name for each in entry_points(group="kedro.hooks") if each.dist and each.dist.name in distributions]
    usual = room._create_hook_manager

    def create() -> Any:
        with _untraced():
            manager = usual()
        for name in names:
            manager.set_blocked(name)
        return manager

    room._create_hook_manager = create
    try:
        yield
    finally:
        room._create_hook_manager = usual
