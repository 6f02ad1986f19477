"""What is wrong with the values of a project's settings.py: which setting, which line, the cure.

Kedro raises plain errors for most of them, at a place that does not name the setting.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from penstock.authoring.places import Place, of_function
from penstock.model.nearest import did_you_mean

#: What Kedro says of a class that is none of those that it can take.
_NO_SUBCLASS: Final = re.compile(
    r"Invalid value '(?:builtins\.)?([^']+)' received for setting '([^']+)'\. (It must [^.]+ '[^']+')"
)
_UNKNOWN_ARGUMENT: Final = re.compile(r"unexpected keyword argument '([^']+)'")
_HOOKS: Final = "as in HOOKS = (ProjectHooks(),)"


def of_settings(error: BaseException, settings: Any, file: Path) -> tuple[str, str | None, Place] | None:
    """Message, cure and place, where a value in `file` made Kedro raise an error; else None.

    `settings` are Kedro's (kedro.framework.project.settings); those of them that can't be read count as well.
    """
    found = _of_class(error) or _of_hook(error) or _of_value(error, settings)
    if found is None:
        return None
    message, cure, place = found
    return message, cure, place_of_setting(place, file) if isinstance(place, str) else place


def place_of_setting(name: str, file: Path) -> Place:
    """The line that sets it; the file where none does."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return Place(str(file), None)
    found = re.search(rf"^{name}\s*[:=]", text, re.MULTILINE)
    return Place(str(file), text.count("\n", 0, found.start()) + 1 if found else None)


Told = tuple[str, str | None, str | Place]


def _of_class(error: BaseException) -> Told | None:
    wrong = _NO_SUBCLASS.search(" ".join(str(error).split()))
    return None if wrong is None else (f"{wrong[2]} is {wrong[1]}", wrong[3][0].lower() + wrong[3][1:], wrong[2])


def _of_hook(error: BaseException) -> Told | None:
    """A hook that asks for what Kedro does not give it, by what pluggy says."""
    plugin = getattr(error, "plugin", None)
    name = re.search(r"hook '(\w+)'", str(error))
    if type(error).__name__ != "PluginValidationError" or plugin is None or name is None:
        return None
    told = str(error).strip().splitlines()[-1]
    hook = inspect.unwrap(getattr(plugin, name[1], None) or _of_hook)
    where = f"{type(plugin).__name__}.{name[1]}"
    return f"Kedro has no such hook as {where}: {told}", "take the arguments that Kedro's hook has", of_function(hook)


def _of_value(error: BaseException, settings: Any) -> Told | None:
    if not isinstance(error, TypeError | ValueError | AttributeError):
        return None
    hooks = _value(settings, "HOOKS")
    if not isinstance(hooks, list | tuple | set | frozenset):
        return f"HOOKS is {_shown(hooks)}", f"make it a tuple of objects, {_HOOKS}, or leave it out", "HOOKS"
    for hook in hooks:
        if inspect.isclass(hook):
            return f"HOOKS has the class {hook.__name__}", f"make an object of it, {_HOOKS}", "HOOKS"
    for name in ("DISABLE_HOOKS_FOR_PLUGINS", "RUNNER_MODULE_ALLOWLIST"):
        if not isinstance(_value(settings, name, ()), list | tuple | set | frozenset):
            return f"{name} is {_shown(_value(settings, name))}", "make it a tuple of names, or leave it out", name
    for name in ("CONFIG_LOADER_ARGS", "SESSION_STORE_ARGS"):
        if not isinstance(_value(settings, name, {}), Mapping):
            return f"{name} is {_shown(_value(settings, name))}", "make it a dict, or leave it out", name
    if not isinstance(_value(settings, "CONF_SOURCE", ""), str | Path):
        return f"CONF_SOURCE is {_shown(_value(settings, 'CONF_SOURCE'))}", 'name a folder, as in "conf"', "CONF_SOURCE"
    return _of_arguments(error, settings)


def _of_arguments(error: BaseException, settings: Any) -> Told | None:
    """Arguments that the loader of the configuration, or the session's store, does not take."""
    if "Store config must only contain" in str(error):
        told = f"SESSION_STORE_ARGS do not fit: {str(error).strip().splitlines()[0]}"
        return told, "leave out what the store does not take", "SESSION_STORE_ARGS"
    wrong = _UNKNOWN_ARGUMENT.search(str(error))
    if wrong is None or wrong[1] not in _value(settings, "CONFIG_LOADER_ARGS", {}):
        return None
    taken = inspect.signature(settings.CONFIG_LOADER_CLASS).parameters.keys() - {"conf_source", "env", "runtime_params"}
    return f"CONFIG_LOADER_ARGS has '{wrong[1]}'", did_you_mean(wrong[1], taken), "CONFIG_LOADER_ARGS"


def _value(settings: Any, name: str, otherwise: Any = None) -> Any:
    try:
        return getattr(settings, name)
    except Exception:  # a setting that this version of Kedro does not have, or that can't be read
        return otherwise


def _shown(value: Any) -> str:
    return "None" if value is None else f"of type {type(value).__name__}"
