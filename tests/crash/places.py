"""Who comes by the named places (penstock.faults), as words of their command lines."""

from __future__ import annotations

from typing import Final

PROCESSES: Final = {
    "before_write": ("engine_process", "compose.serve"),
    "after_write": ("engine_process", "compose.serve"),
    "before_commit": ("engine_process",),
    "after_commit": ("engine_process",),
    "agent.dispatch": ("penstock.agent",),
    "agent.report": ("penstock.agent",),
    "template.fork": ("penstock.worker",),
    "worker.start": ("penstock.worker",),
    "worker.report": ("penstock.worker",),
    "artifact.writing": ("penstock.worker",),
    "artifact.written": ("penstock.worker",),
    "artifact.renamed": ("penstock.worker",),
}
