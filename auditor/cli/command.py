"""What every command has alike: its help, and how it says what is wrong with its options."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand

from auditor.errors import in_plain_words

HELP_NAMES = {"help_option_names": ["-h", "--help"]}
"""How help is asked for, of every command."""


class Command(TyperCommand):
    """A command whose help and errors name no types of Python."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Raises what typer does, in plain words."""
        try:
            return super().parse_args(ctx, args)
        except typer.BadParameter as error:
            error.message = in_plain_words(error.message)
            raise

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The arguments as the help calls them."""
        arguments = [each for each in self.get_params(ctx) if each.param_type_name == "argument"]
        return [*filter(None, [self.options_metavar]), *(str(each.metavar) for each in arguments)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Its arguments and options."""
        write_options(self, ctx, formatter)


def write_options(command: Any, ctx: Any, formatter: Any) -> None:
    """The arguments and options of a command, for its help."""
    records: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
    for each in command.get_params(ctx):
        is_argument = each.param_type_name == "argument"
        if record := each.get_help_record(ctx):
            name, help = record
            name = str(each.metavar) if is_argument else name
            records["Arguments" if is_argument else "Options"].append((name, help))
    for heading, rows in records.items():
        if rows:
            with formatter.section(heading):
                formatter.write_dl(rows)
