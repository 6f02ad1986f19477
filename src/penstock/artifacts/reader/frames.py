"""What travels between a server and the process that reads for it.

There: a question, one line of JSON. Back: frames of a kind, a length and that many bytes.
"""

from __future__ import annotations

import struct
from typing import Final

#: Kind, and the bytes that follow.
HEADER: Final = struct.Struct("!cI")
#: A part of the answer; its end; or an error instead (JSON: `code`, `text`, `cure`).
PART: Final = b"p"
END: Final = b"e"
ERROR: Final = b"x"
#: Bytes of one frame, at most.
LARGEST: Final = 64 << 20
