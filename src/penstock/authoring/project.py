"""Where a project keeps its pipelines."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from penstock.authoring.home import settings_file
from penstock.errors import SettingsError

#: The file that makes a folder a Kedro project, by a section of its own.
KEDRO_PROJECT: Final = "pyproject.toml"


def project_files(folder: Path) -> list[Path]:
    """The files of a project that may hold pipelines: in the folders of `penstock.toml`, `pipelines/`, or `folder`.

    Only the folders themselves are looked into, not those below, and only files that name penstock: other files, and
    scripts of its client, are not imported for having a look. A folder that is a Kedro project stands for all of it,
    by its pyproject.toml.
    Raises SettingsError for a folder that is not there, or not for us to read.
    """
    folders = pipeline_folders(folder)
    files = [file for one in folders for file in sorted(one.glob("*.py"))]
    holding = [file for file in _once(files) if may_hold_pipelines(file.name) and reads_as_pipelines(file)]
    return [*holding, *kedro_projects(folder, folders)]


def _once(files: list[Path]) -> list[Path]:
    """Each file by one name, its own rather than that of a link to it."""
    known = {os.path.realpath(file): file for file in sorted(files, key=Path.is_symlink, reverse=True)}
    return [file for file in dict.fromkeys(files) if known[os.path.realpath(file)] == file]


def kedro_projects(folder: Path, folders: Iterable[Path]) -> list[Path]:
    """The pyproject.toml of the Kedro projects among a project's folder and those that it names."""
    found = (one / KEDRO_PROJECT for one in dict.fromkeys((project_folder(folder), folder.absolute(), *folders)))
    return [file for file in found if is_kedro_project(file)]


def is_kedro_project(file: Path) -> bool:
    """Is this the pyproject.toml of a Kedro project?"""
    try:
        return file.name == KEDRO_PROJECT and file.is_file() and b"[tool.kedro]" in file.read_bytes()
    except OSError:
        return False


def may_hold_pipelines(name: str) -> bool:
    """Is it the name of a file of Python, and not one that an editor keeps for itself?"""
    return name.endswith(".py") and name != "__init__.py" and not name.startswith(".")


def reads_as_pipelines(file: Path) -> bool:
    """May it be, by its text? It names penstock, and is no script of the client: to import one may start runs."""
    try:
        text = file.read_bytes() if file.is_file() else b""  # reading a pipe would wait for ever
    except PermissionError:  # who imports it tells that, as all else that is wrong with a file
        return True
    except OSError:  # a broken link
        return False
    return b"penstock" in text and (b"penstock.client" not in text or b"Pipeline" in text)


def mentions(file: Path, name: str) -> bool:
    """Has the text of a file that word? One that makes a pipeline of that name has it, unless it puts it together."""
    try:
        text = file.read_bytes() if file.is_file() else b""
    except OSError:
        return False
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text.decode("utf-8", "replace")) is not None


def project_folder(start: Path) -> Path:
    """The folder of the nearest `penstock.toml` from `start` upward, else `start`."""
    settings = settings_file(start)
    return start.absolute() if settings is None else settings.parent


def pipeline_folders(folder: Path) -> list[Path]:
    """The folders of a project that hold pipelines. Raises SettingsError."""
    folder = folder.absolute()
    settings = settings_file(folder)
    named = None if settings is None else _named(settings)
    if settings is not None and named is not None:
        return [_readable(settings.parent / name) for name in named]
    return [_readable(folder / "pipelines")] if (folder / "pipelines").is_dir() else [folder]


def _readable(folder: Path) -> Path:
    try:
        os.scandir(folder).close()
    except PermissionError:
        told = f"the folder {folder} can't be read (Permission denied)"
        raise SettingsError(told, cure="see who owns it, and who may read it") from None
    return folder


def _named(settings: Path) -> list[str] | None:
    try:
        named = tomllib.loads(settings.read_text(encoding="utf-8")).get("pipelines")
    except OSError as error:
        raise SettingsError(f"{settings} can't be read: {error.strerror}", cure="see who may read it") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{settings} can't be read: {error}", cure="correct it, or remove it") from error
    if named is None:
        return None
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise SettingsError(f"{settings}: pipelines is {named!r}", cure='give a list of folders: pipelines = ["flows"]')
    for name in named:
        if not (settings.parent / name).is_dir():
            raise SettingsError(
                f"{settings} names the folder '{name}', which is not there",
                cure="make it, or correct `pipelines` there",
            )
    return named
