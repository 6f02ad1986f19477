"""Looking into large values in a process of its own.

What reads tables takes sixty megabytes and can be brought down by a damaged file. So a server has a child that does it:
started when somebody looks, gone when nobody has looked for a while, killed when it takes too long.
"""

from penstock.artifacts.reader.pool import Export, Readers, TooBusy

__all__ = ["Export", "Readers", "TooBusy"]
