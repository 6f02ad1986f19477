"""For clients of servers on this machine."""

from __future__ import annotations

import ssl
from typing import Final

#: Nothing is encrypted here. Without it each client reads all the certificates that there are, for 20 ms.
NO_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
