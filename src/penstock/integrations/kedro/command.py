"""The hooks of Kedro's command line: the command becomes a fact of the runs that it makes."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from kedro.framework.cli.hooks import cli_hook_impl

from penstock.integrations.kedro import given


class CommandHooks:
    """For the entry point group `kedro.cli_hooks`."""

    @cli_hook_impl
    def before_command_run(self, command_args: Sequence[str]) -> None:
        """Remember the command."""
        given.words = [str(word) for word in command_args]

    @cli_hook_impl
    def after_command_run(self) -> None:
        """See whether it was interrupted: click makes an exit of that, whose causes still tell."""
        cause: BaseException | None = sys.exc_info()[1]
        for _ in range(20):
            if cause is None:
                return
            given.interrupted = given.interrupted or isinstance(cause, KeyboardInterrupt)
            cause = cause.__cause__ or cause.__context__


command_hooks = CommandHooks()
