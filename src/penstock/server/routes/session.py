"""The caller's own session. Signing in is in front of the door: see `server.login`."""

from __future__ import annotations

from fastapi import Request, Response

from penstock.server.doors import Caller, Doors
from penstock.server.guard import guarded

router = guarded()


@router.delete("/session", operation_id="signOut", status_code=204, response_class=Response)
def sign_out(request: Request) -> Response:
    """End the session; a caller with the token has none."""
    doors: Doors = request.app.state.doors
    caller: Caller = request.state.caller
    answer = Response(status_code=204)
    if caller.session is not None:
        doors.leave(caller.session)
        answer.delete_cookie(doors.cookie, path="/", httponly=True, samesite="lax")
    return answer
