"""Help pages: what a verb does, its options, and examples to copy. Plain text, so that nothing heavy is loaded."""

from __future__ import annotations

import inspect
import textwrap
from typing import Any, Final

import click

from penstock.cli import output
from penstock.cli.render.spans import Line, Span
from penstock.model.bounds import MOST, MOST_WORKERS

WIDTH: Final = 80
_NAMES: Final = 26
#: Columns of a text that stands beside a name.
_LEAST: Final = 20


#: Numbers of options of several verbs.
WORKERS: Final = click.IntRange(1, MOST_WORKERS)
INDEX: Final = click.IntRange(0, MOST)


class Argument(click.Argument):
    """An argument with a text for the help page, which those of click before 8.5 don't take."""

    def __init__(self, *given: Any, help: str, **more: Any) -> None:
        super().__init__(*given, **more)
        self.help = help


class Verb(click.Command):
    """A verb. Its epilog holds examples, one a line."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write(_page(self, ctx, []))


class NoVerb(click.UsageError):
    """A group was named, and no verb of it. The message is its help page."""


class Verbs(click.Group):
    """A group of verbs."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.no_args_is_help = False

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Raises NoVerb. What click does for a group alone depends on its version."""
        alone = not args
        ctx = super().make_context(info_name, args, parent, **extra)
        if alone and not ctx.resilient_parsing:
            raise NoVerb(ctx.get_help(), ctx)
        return ctx

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click gives it
        """Names in the order in which they were added."""
        return list(self.commands)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        verbs = [(name, self.commands[name]) for name in self.list_commands(ctx)]
        rows = [(name, verb.short_help or _first_sentence(verb.help or "")) for name, verb in verbs]
        formatter.write(_page(self, ctx, rows))


def _page(verb: Any, ctx: Any, verbs: list[tuple[str, str]]) -> str:
    paint = output.paint()
    ctx.color = paint.colour
    width = min(WIDTH, max(40, output.width()))
    usage = " ".join([ctx.command_path, *_usage(verb, ctx, verbs)])
    lines: list[Line] = [[Span("Usage: ", "bold"), Span(usage)]]
    for paragraph in inspect.cleandoc(verb.help or "").split("\n\n"):
        lines += [[], *([Span(text)] for text in textwrap.wrap(paragraph, width))]
    params = verb.get_params(ctx)
    arguments = [(one.metavar, one.help or "") for one in params if one.param_type_name == "argument"]
    options = [_option(one) for one in params if one.param_type_name == "option"]
    for head, rows in (("Arguments", arguments), ("Verbs", verbs), ("Options", options)):
        lines += _section(head, rows, width)
    if verb.epilog:
        lines += [[], [Span("Examples", "bold")]]
        lines += [[Span(f"  {text}", "cyan")] for text in inspect.cleandoc(verb.epilog).splitlines()]
    return paint.text(lines)


def _usage(verb: Any, ctx: Any, verbs: list[tuple[str, str]]) -> list[str]:
    if verbs:
        return ["VERB"]
    arguments = [one for one in verb.get_params(ctx) if one.param_type_name == "argument"]
    return [one.metavar if one.required else f"[{one.metavar}]" for one in arguments] + ["[OPTIONS]"]


def _option(option: Any) -> tuple[str, str]:
    names = ", ".join(sorted(option.opts, key=len))
    return (f"{names} {option.metavar}" if option.metavar and not option.is_flag else names), option.help or ""


def _section(head: str, rows: list[tuple[str, str]], width: int) -> list[Line]:
    if not rows:
        return []
    names = min(_NAMES, max(len(name) for name, _ in rows))
    # On a narrow terminal the text stands below the name.
    beside = width >= names + 4 + _LEAST
    names = names if beside else 2
    lines: list[Line] = [[], [Span(head, "bold")]]
    for name, text in rows:
        first, *rest = textwrap.wrap(text, width - names - 4) or [""]
        if len(name) > names or not beside:
            lines.append([Span(f"  {name}", "cyan")])
            lines.append([Span(f"  {'':<{names}}  {first}")])
        else:
            lines.append([Span(f"  {name:<{names}}  ", "cyan"), Span(first)])
        lines += [[Span(f"  {'':<{names}}  {each}")] for each in rest]
    return lines


def _first_sentence(text: str) -> str:
    return inspect.cleandoc(text).split("\n\n")[0].replace("\n", " ").split(". ")[0].rstrip(".") + "."
