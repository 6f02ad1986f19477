"""Large answers that never change, kept as they go over the wire."""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from penstock.server.codings import takes

#: Of 1 to 9. Each is packed once and sent often.
_LEVEL: Final = 4


class Packed:
    """The answers asked for last, by what they are of: at most `most` bytes of them, packed. For any thread."""

    def __init__(self, most: int = 16_000_000) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """The packed answer, made when it is not there. Two who ask at once may both make it."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        found = gzip.compress(make(), _LEVEL, mtime=0)
        with self._lock:
            self._kept[key] = found
            while sum(map(len, self._kept.values())) > self._most:
                self._kept.popitem(last=False)
        return found


def packed_answer(request: Request, content: bytes, tag: str) -> Response:
    """Packed JSON as it is for who takes gzip, unpacked for others."""
    headers = {"ETag": tag}
    if takes(request.headers, "gzip"):
        # Of what is not packed yet, who may pack it (Packer) says that.
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    else:
        content = gzip.decompress(content)
    return Response(content, media_type="application/json", headers=headers)
