"""What codecs write into: a file, and the digest of what went into it, made beside the writing."""

from __future__ import annotations

import errno
import hashlib
import os
import queue
import threading
from typing import Any, Final

#: Bytes that are hashed here at the end; as many are hashed in a thread: to hand over fewer costs more than it saves.
_LARGE: Final = 1 << 16
#: Batches that wait to be hashed; hashing is slower than writing to the page cache, and what waits stays in memory.
_WAITING: Final = 16
#: Bytes in one step of copying and of reading back, so that signals are heard between.
_STEP: Final = 1 << 26
_BUFFER: Final = 1 << 20
#: What file systems answer when they can't copy by themselves.
_NO_RANGE: Final = frozenset({errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM, errno.EBADF})


class Sink:
    """A binary file to write into, in order. What is written must not change until the file is sealed."""

    closed = False  # pyarrow asks, and refuses a file without it

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._digest = hashlib.sha256()
        self._batch: list[Any] = []
        self._batch_size = 0
        self._queue: queue.Queue[list[Any] | None] | None = None
        self._thread: threading.Thread | None = None
        self._reread = False
        self._over = False
        #: Bytes written so far.
        self.size = 0
        #: Why the file could not be written. Libraries wrap it in errors of their own.
        self.error: OSError | None = None

    def write(self, data: Any) -> int:
        """Write bytes, or any object with a contiguous buffer. Raises OSError."""
        view = memoryview(data)
        count = view.nbytes
        self._hash(data, count)
        try:
            done = os.write(self._fd, view)
            if done < count:
                self._write_rest(view.cast("B")[done:])
        except OSError as error:
            self.error = error
            raise
        self.size += count
        return count

    def _write_rest(self, view: memoryview) -> None:
        while view:
            view = view[os.write(self._fd, view) :]

    def copy(self, source: int) -> None:
        """Make this the copy of another file, without its bytes passing through here where the system can do it."""
        assert not self.size, "only a whole file is a copy"
        self._reread = True
        try:
            while count := self._copy_step(source):
                self.size += count
        except OSError as error:
            self.error = error
            raise

    def _copy_step(self, source: int) -> int:
        if hasattr(os, "copy_file_range"):
            try:
                count = os.copy_file_range(source, self._fd, _STEP)
                if count:
                    return count
                # The end, or a file that the system makes up while it is read, as in /proc.
            except OSError as error:
                if error.errno not in _NO_RANGE:
                    raise
        data = os.read(source, _BUFFER)
        self._write_rest(memoryview(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def sync(self) -> str:
        """Bring the file to disk; its digest, `sha256:` and hexadecimal digits. Raises OSError."""
        if self._reread:
            self._start(self._hash_file)
        elif self._queue is not None:
            self._queue.put(None)
        try:
            os.fsync(self._fd)
        except OSError as error:
            self.error = error
            raise
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        for data in self._batch:
            self._digest.update(data)
        return f"sha256:{self._digest.hexdigest()}"

    def abandon(self) -> None:
        """End what runs beside; the descriptor may be closed then. Raises nothing."""
        self._over = True
        if self._queue is not None:
            self._queue.put(None)
        if self._thread is not None:
            self._thread.join()

    def _hash(self, data: Any, count: int) -> None:
        self._batch.append(data)
        self._batch_size += count
        if self._batch_size >= _LARGE:
            self._hand_over()

    def _hand_over(self) -> None:
        if self._queue is None:
            self._queue = queue.Queue(_WAITING)
            self._start(self._hash_queue)
        self._queue.put(self._batch)
        self._batch, self._batch_size = [], 0

    def _start(self, target: Any) -> None:
        self._thread = threading.Thread(target=target, name="penstock-digest", daemon=True)
        self._thread.start()

    def _hash_queue(self) -> None:
        assert self._queue is not None
        while (batch := self._queue.get()) is not None:
            for data in batch:
                if not self._over:
                    self._digest.update(data)

    def _hash_file(self) -> None:
        digest, at = hashlib.sha256(), 0
        while not self._over and (data := os.pread(self._fd, _BUFFER, at)):
            digest.update(data)
            at += len(data)
        self._digest = digest
