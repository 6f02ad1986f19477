"""Arrays, files, pictures, long texts and bytes, and all other objects."""

from __future__ import annotations

import os
import stat
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as npst

from penstock.artifacts import ArtifactStore
from penstock.errors import ArtifactError, Unstorable
from penstock.model.artifact import Artifact
from tests.artifacts.conftest import KEY

Read = Callable[[Artifact], Any]


# --- plain values -----------------------------------------------------------------------------------


def test_small_plain_values_are_inline_and_touch_no_disk(store: ArtifactStore) -> None:
    for value in (1, None, "a", [1, 2], {"a": (1, b"x")}, Path("/nowhere"), Path("/")):
        artifact = store.put(value, KEY)
        assert (artifact.kind, artifact.path, artifact.digest) == ("json", None, None)
        assert artifact.bytes == len((artifact.inline or "").encode())
        assert store.get_form(artifact.to_list()) == store.get(artifact) == value
    assert not store.root.exists()


@pytest.mark.parametrize("text", ["x" * 40_000, "é" * 20_000, "\n\0\x7f" * 10_000])
def test_long_plain_values_are_files(store: ArtifactStore, read_elsewhere: Read, text: str) -> None:
    artifact = store.put([text], KEY)
    assert (artifact.kind, artifact.path, artifact.inline) == ("json", KEY + ".json", None)
    assert read_elsewhere(artifact) == [text]


def test_what_is_inline_is_counted_in_bytes(store: ArtifactStore) -> None:
    assert store.put("é" * 16_383, KEY).inline is not None
    assert store.put("é" * 16_384, KEY).inline is None


@pytest.mark.parametrize("size", [0, 100, 24_000, 3_000_000])
def test_bytes(store: ArtifactStore, read_elsewhere: Read, size: int) -> None:
    value = os.urandom(size)
    artifact = store.put(value, KEY)
    assert read_elsewhere(artifact) == store.get_form(artifact.to_list()) == value
    assert artifact.python_type == "bytes"
    assert artifact.bytes == size or artifact.inline is not None


# --- arrays -----------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(npst.arrays(npst.scalar_dtypes() | npst.array_dtypes(), npst.array_shapes(min_dims=0, min_side=0, max_side=4)))
def test_any_array_comes_back_as_it_was(array: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = ArtifactStore(folder)
        artifact = store.put(array, KEY)
        for back in (store.get(artifact), ArtifactStore(folder).get(artifact)):
            assert type(back) is np.ndarray
            assert (back.dtype, back.shape) == (array.dtype, array.shape)
            assert back.tobytes() == array.tobytes()
            assert back.flags.writeable


@pytest.mark.parametrize("turn", [lambda a: a, lambda a: a.T, lambda a: a[::-2, 1:], np.asfortranarray])
def test_order_in_memory(store: ArtifactStore, read_elsewhere: Read, turn: Any) -> None:
    array = turn(np.arange(12.0).reshape(3, 4))
    back = read_elsewhere(store.put(array, KEY))
    np.testing.assert_array_equal(back, array)
    assert back.flags.f_contiguous == array.flags.f_contiguous


def test_consumers_of_an_array_see_no_changes_of_each_other(store: ArtifactStore, read_elsewhere: Read) -> None:
    array = np.arange(10_000)
    artifact = store.put(array, KEY)
    array[0] = 99
    for read in (store.get, read_elsewhere, store.get):
        one, two = read(artifact), read(artifact)
        one[0] = 7
        one.sort()
        assert list(two[:3]) == [0, 1, 2]


def test_arrays_of_objects_are_pickled_and_marked(store: ArtifactStore, caplog: pytest.LogCaptureFixture) -> None:
    artifact = store.put(np.array([{1}, None], dtype=object), KEY)
    assert (artifact.kind, artifact.safe) == ("pickle", False)
    assert "the array holds Python objects" in caplog.text


# --- files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["report.html", "no suffix", "été.csv", "a%20b.txt", "x" * 240 + ".parquet"])
def test_a_file_is_kept_under_its_name(store: ArtifactStore, tmp_path: Path, read_elsewhere: Read, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"content")
    artifact = store.put(file, KEY)
    file.unlink()
    back = read_elsewhere(artifact)
    assert back.name == name
    assert back.read_bytes() == b"content"
    assert stat.S_IMODE(back.stat().st_mode) == 0o444
    assert (artifact.kind, artifact.bytes, artifact.python_type) == ("file", 7, "pathlib.Path")


@pytest.mark.parametrize("name", ["\x1b[31m", "a\nb", ".hidden", os.fsdecode(b"\xff.bin")])
def test_names_that_no_page_can_show_are_escaped(store: ArtifactStore, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"content")
    back = store.get(store.put(file, KEY))
    assert back.read_bytes() == b"content"
    assert "%" in back.name
    assert back.name.isprintable()


def test_a_large_file_a_link_and_an_empty_file(store: ArtifactStore, tmp_path: Path, read_elsewhere: Read) -> None:
    (tmp_path / "large").write_bytes(os.urandom(5_000_000))
    (tmp_path / "link").symlink_to("large")
    (tmp_path / "empty").touch()
    for name in ("large", "link", "empty"):
        artifact = store.put(tmp_path / name, f"run/{name}")
        back = read_elsewhere(artifact)
        assert back.read_bytes() == (tmp_path / name).read_bytes()
        assert not back.is_symlink()


def test_where_the_system_cannot_copy_files_itself(
    store: ArtifactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    def refuse(*_: object) -> int:
        raise OSError(errno.EXDEV, "other file system")

    monkeypatch.setattr(os, "copy_file_range", refuse, raising=False)
    (tmp_path / "file").write_bytes(b"ab" * 2_000_000)
    artifact = store.put(tmp_path / "file", KEY)
    store.verify(artifact)
    assert store.get(artifact).read_bytes() == b"ab" * 2_000_000


def test_folders_and_missing_files_stay_paths(store: ArtifactStore, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        artifact = store.put(path, KEY)
        assert artifact.inline is not None
        assert store.get(artifact) == path


def test_a_path_that_may_not_be_looked_at(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "stat", refuse)
    assert store.put(Path("/secret/file"), KEY).inline == '{"$":["Path","/secret/file"]}'


def test_a_file_that_may_not_be_read(store: ArtifactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").touch()
    opens = os.open

    def refuse(path: Any, *more: Any) -> int:
        if str(path).endswith("secret"):
            raise PermissionError(13, "Permission denied")
        return opens(path, *more)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(Unstorable, match=r"secret can't be read: Permission denied; return the Path of a file"):
        store.put(tmp_path / "secret", KEY)
    assert [file for file in store.root.rglob("*") if file.is_file()] == []


def test_a_figure_is_kept_as_a_picture(store: ArtifactStore, read_elsewhere: Read) -> None:
    figure = pytest.importorskip("matplotlib.figure").Figure()
    figure.subplots().plot([1, 2])
    artifact = store.put(figure, KEY)
    assert (artifact.kind, artifact.python_type) == ("file", "matplotlib.figure.Figure")
    assert read_elsewhere(artifact).read_bytes().startswith(b"\x89PNG")


# --- everything else --------------------------------------------------------------------------------


class Model:
    def __init__(self, weights: Any) -> None:
        self.weights = weights


def test_objects_are_pickled_and_marked(store: ArtifactStore, read_elsewhere: Read) -> None:
    artifact = store.put({"model": Model(np.arange(100_000))}, KEY)
    assert (artifact.kind, artifact.safe, artifact.python_type) == ("pickle", False, "dict")
    one, two = store.get(artifact), read_elsewhere(artifact)
    one["model"].weights[0] = 7
    assert list(two["model"].weights[:2]) == [0, 1]
    assert list(store.get(artifact)["model"].weights[:2]) == [0, 1]


def opened() -> Any:
    return Path(os.devnull).open()


class Locked:
    def __init__(self) -> None:
        self.lock = threading.Lock()


class Liar:
    def __reduce__(self) -> Any:
        raise OSError(28, "not about our disk")


class Deep:
    def __init__(self, inner: Any) -> None:
        self.inner = inner


def deep() -> Any:
    value: Any = None
    for _ in range(100_000):
        value = Deep(value)
    return value


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: lambda: 1, r"^it can't be pickled \(.*\); define the function at the top of its module$"),
        (lambda: (each for each in ()), r"^it can't be pickled \(.*\); return list\(\.\.\.\) of it$"),
        (opened, r"^it can't be pickled \(.*\); close the file, and return its Path$"),
        (Locked, r"it can't be pickled \(TypeError: cannot pickle '_thread\.lock' object\); return data"),
        (lambda: [Locked()], r"^it can't be pickled \(.*_thread\.lock"),
        (Liar, r"it can't be pickled \(OSError: .*not about our disk"),
        (deep, r"it can't be pickled \(it is nested too deep"),
    ],
)
def test_what_can_not_be_stored_is_named_with_a_cure(store: ArtifactStore, make: Any, told: str) -> None:
    with pytest.raises(Unstorable, match=told) as caught:
        store.put(make(), KEY)
    assert "\n" not in str(caught.value)
    assert [file for file in store.root.rglob("*") if file.is_file()] == []


def test_a_class_that_is_gone(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    artifact = store.put(Model(1), KEY)
    monkeypatch.delattr(f"{__name__}.Model")
    with pytest.raises(ArtifactError, match=r"Model can't be unpickled from .*table\.pickle: AttributeError"):
        store.get(artifact)


def test_an_artifact_of_a_later_version(store: ArtifactStore, read_elsewhere: Read) -> None:
    artifact = store.put(Model(1), KEY)
    form = artifact.to_list()
    form[0], form[7] = "table", "cudf.DataFrame"
    with pytest.raises(ArtifactError, match=r"does not know how to read a table of cudf\.DataFrame"):
        read_elsewhere(Artifact.from_list(form))
