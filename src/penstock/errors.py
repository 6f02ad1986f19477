"""The tree of errors. Each has a stable code, shared by exit codes and by HTTP problem documents.

The docstring of a class is its default message; facts are attributes; `cure` tells what to do next.
"""

from __future__ import annotations

from typing import Any, ClassVar


class PenstockError(Exception):
    """Something went wrong in Penstock.

    `message` says what, `cure` what to do about it (None where nobody knows), `facts` what else programs may want;
    the text is message and cure. `code` names the kind for programs and stays; `exit_code` is the command line's.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str | None = None, *, cure: str | None = None, **facts: Any) -> None:
        self.message = message or (type(self).__doc__ or "").strip().splitlines()[0]
        self.cure = cure
        self.facts = facts
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message}; {self.cure}" if self.cure else self.message


# --- what a person wrote or asked -------------------------------------------------------------------


class UsageError(PenstockError):
    """The command can't be understood."""

    code = "usage"
    exit_code = 2


class DefinitionError(UsageError):
    """The definition of a pipeline is wrong.

    `file` and `line` (1-based) tell where; both may be None when the place is not known. Where several things are
    wrong, this is the first of the file, and `facts["problems"]` tells all: `message`, `file` and `line` of each.
    """

    code = "definition"

    def __init__(
        self,
        message: str | None = None,
        *,
        cure: str | None = None,
        file: str | None = None,
        line: int | None = None,
        **facts: Any,
    ) -> None:
        super().__init__(message, cure=cure, **facts)
        self.file = file
        self.line = line

    @property
    def where(self) -> str | None:
        """`file:line`, as editors and terminals link it."""
        if self.file is None:
            return None
        return f"{self.file}:{self.line}" if self.line else self.file


class ParameterError(DefinitionError):
    """A parameter's value does not fit."""

    code = "parameter"


class NotSupportedYet(DefinitionError):
    """This is part of the vocabulary, but this version can't do it yet."""

    code = "not_supported_yet"


class NotFound(UsageError):
    """There is nothing of that name."""

    code = "not_found"


class NothingYet(NotFound):
    """There is no database yet, or one that somebody is about to fill."""


class NameTaken(UsageError):
    """That name is taken."""

    code = "name_taken"


class SettingsError(UsageError):
    """A setting is wrong."""

    code = "settings"


# --- the store --------------------------------------------------------------------------------------


class StoreError(PenstockError):
    """The database can't do what was asked."""

    code = "store"


class StoreVersionError(StoreError):
    """The database belongs to another version of Penstock."""

    code = "store_version"
    exit_code = 2


class StoreReadOnly(StoreError):
    """The database can't be written, or not even be read."""

    code = "store_read_only"
    exit_code = 2


class StoreBusy(StoreError):
    """The database is locked by another program."""

    code = "store_busy"


class StoreLost(StoreBusy):
    """The connection to the database is lost; nothing of the transaction is there."""

    code = "store_lost"


class StoreCorrupt(StoreError):
    """The database is damaged."""

    code = "store_corrupt"


class DiskFull(StoreError):
    """The disk is full."""

    code = "disk_full"


class StaleWrite(StoreError):
    """A row was changed by somebody else since it was read."""

    code = "stale_write"


class Fenced(StaleWrite):
    """The run belongs to another engine now."""

    code = "fenced"


class TransitionError(PenstockError):
    """The state does not allow it."""

    code = "action_refused"


class LimitReached(PenstockError):
    """A limit has no room for this run now."""

    code = "limit"


# --- artifacts --------------------------------------------------------------------------------------


class ArtifactError(PenstockError):
    """A stored value can't be used."""

    code = "artifact"


class ArtifactCorrupt(ArtifactError):
    """A stored value is missing, or its digest does not match."""

    code = "artifact_corrupt"


class Unstorable(ArtifactError):
    """A value can't be stored."""

    code = "unstorable"


class WrongOutputs(ArtifactError):
    """What a task returned is not what it has outputs for."""

    code = "wrong_outputs"


# --- executing --------------------------------------------------------------------------------------


class ExecutorError(PenstockError):
    """The executor can't do what was asked."""

    code = "executor"


class AgentLost(ExecutorError):
    """The agent is gone."""

    code = "agent_lost"
