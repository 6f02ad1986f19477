"""Why the doors stay shut: errors that only exist over HTTP. Each says its status."""

from __future__ import annotations

from typing import ClassVar, Final

from penstock.errors import NotFound, PenstockError, TransitionError

#: Bytes of a body; none of ours needs more.
LARGEST_BODY: Final = 1 << 20


class Refusal(PenstockError):
    """The request is refused."""

    code = "refused"
    status: ClassVar[int] = 400


class Unreadable(Refusal):
    """The request can't be read."""

    code = "unreadable"


class NotSignedIn(Refusal):
    """This needs a session or a token."""

    code = "not_signed_in"
    status = 401


class NotLoaded(Refusal):
    """The server can't load what answers this."""

    code = "not_loaded"
    status = 503


class WrongHost(Refusal):
    """The request names a host that this server is not."""

    code = "wrong_host"
    status = 403


class CrossOrigin(Refusal):
    """The request comes from another page."""

    code = "cross_origin"
    status = 403


class MethodRefused(Refusal):
    """This address does not take that method."""

    code = "method"
    status = 405


class Conflict(Refusal):
    """What is there already does not allow it."""

    code = "conflict"
    status = 409


class PipelineGone(Refusal):
    """The pipeline is not in the project any more."""

    code = "pipeline_gone"
    status = 409


class ActionRefused(Refusal):
    """The run does not allow it."""

    code = TransitionError.code
    status = 409

    def __init__(self, message: str | None = None, *, cure: str | None = None, code: str | None = None) -> None:
        super().__init__(message, cure=cure)
        # As it is told of one run among many: other than the state, a param may be wrong.
        self.__dict__["code"] = code or self.code


def refused(detail: str | None, cure: str | None, code: str | None) -> PenstockError:
    """Why an action on one run was refused, as it is told of one among many: something may be missing."""
    if code == NotFound.code:
        return NotFound(detail, cure=cure)
    return ActionRefused(detail, cure=cure, code=code)


class TooLarge(Refusal):
    """The request is too large."""

    code = "too_large"
    status = 413


def too_large() -> TooLarge:
    """Of a body that is."""
    return TooLarge(cure=f"a body may have {LARGEST_BODY:,} bytes")


class NotJson(Refusal):
    """The body is not said to be JSON."""

    code = "not_json"
    status = 415


class ProjectsBusy(Refusal):
    """Others wait for a look into a project already."""

    code = "projects_busy"
    status = 503


class TooManyTries(Refusal):
    """There were too many wrong tries."""

    code = "too_many_tries"
    status = 429

    def __init__(self, wait: int) -> None:
        super().__init__(cure=f"try again in {wait} s")
        #: Whole seconds to wait.
        self.wait = wait
