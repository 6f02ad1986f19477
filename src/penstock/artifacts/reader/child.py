"""The process that reads: answers one question after the other, and ends when none comes for a while.

Run as `python -P -m penstock.artifacts.reader.child`: -P, because a project's folder may hold a `numpy.py`.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import select
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from penstock.artifacts.codecs.codec import reason
from penstock.artifacts.reader.frames import END, ERROR, HEADER, PART
from penstock.errors import ArtifactCorrupt, ArtifactError, PenstockError

#: Seconds without a question after which the process ends, and gives its memory back.
IDLE: Final = 30.0
#: Bytes of memory of its own; mapped files do not count. Past it, the value is too large to be looked at.
MEMORY: Final = 2 << 30


def main() -> None:
    """Answer until the pipe ends, or nobody has asked for a while."""
    # Libraries that print must not write between the frames.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _limit()
    _warm()
    # Nothing is left in its buffer when it is waited for: the next question comes after the answer to this one.
    with open(0, "rb", closefd=False) as questions:
        while select.select([questions], [], [], IDLE)[0]:
            line = questions.readline()
            if not line:
                return
            try:
                _answer(json.loads(line), out)
            except BrokenPipeError:
                return


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # Elsewhere it counts no mapped memory.
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


def _warm() -> None:
    """Load what most questions need, while nobody waits yet."""
    with contextlib.suppress(ImportError):
        importlib.import_module("penstock.artifacts.previews.arrow_page")


def _answer(question: dict[str, Any], out: BinaryIO) -> None:
    try:
        for part in _parts(question):
            _send(out, PART, part)
    except BrokenPipeError:
        raise
    except ImportError:
        _send(out, ERROR, _error(ArtifactError("tables can't be read here", cure="install 'penstock[data]'")))
    except MemoryError:
        _send(out, ERROR, _error(ArtifactError("this value is too large to be looked at", cure="download it")))
    except PenstockError as error:
        _send(out, ERROR, _error(error))
    except Exception as error:
        # Libraries say in errors of all kinds that they can't make sense of a file.
        print(f"penstock: a stored value can't be read: {reason(error)}", file=sys.stderr)
        _send(out, ERROR, _error(ArtifactCorrupt()))
    else:
        _send(out, END, b"")


def _error(error: PenstockError) -> bytes:
    return json.dumps({"code": error.code, "text": error.message, "cure": error.cure}).encode()


def _send(out: BinaryIO, kind: bytes, content: bytes) -> None:
    out.write(HEADER.pack(kind, len(content)))
    out.write(content)
    out.flush()


def _parts(question: dict[str, Any]) -> Iterator[bytes]:
    """The answer to a question, in parts. What it needs is imported here."""
    from penstock.artifacts.reader import looks

    return looks.answer(question)


if __name__ == "__main__":
    main()
