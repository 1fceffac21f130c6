"""``averment``: the commands, and what becomes of whatever goes wrong in them.

Exit codes: 0 fine, 1 findings or failures, 2 usage, 3 invalid input, 4 internal, 130 interrupted. A reader of our
output who closes the pipe early has had enough, which is fine.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from averment_cli.terminal import talk_warnings

COMMANDS = {
    "decide": "Decide cases, and say why.",
    "batch": "Decide the many cases of a table.",
    "adapt": "Draft the mapping for a table in other words.",
    "explain": "Say why: every reason for a claim, or for any fact.",
    "whatif": "Show what would be otherwise under other facts or parameters.",
    "flip": "Find the smallest change that turns the claim.",
    "matters": "Show which facts matter, and by what margin.",
    "missing": "Show what an open claim is missing.",
    "ask": "Ask only what still matters, until the claim is settled.",
    "serve": "Serve packs over HTTP.",
    "token": "Say who may ask a service.",
    "mcp": "Give an agent a pack as tools.",
    "audit": "Verify, replay and read the decision log.",
    "dossier": "Write a case file that proves itself, or prove one.",
    "check": "Find what is wrong with a pack.",
    "coverage": "Show which paragraphs of a source back which rules.",
    "schema": "Print the schemas that editors complete from.",
    "codes": "Explain a diagnostic code.",
    "packs": "List the installed packs.",
    "new": "Start a pack of your own.",
}


_LEAST = 256 * 1024 * 1024  # bytes of address space that NumPy and pyarrow take at least


class _PipeClosed(Exception):
    """Whoever read our output has had enough."""


class Commands(click.Group):
    """A group whose commands are imported when called; their one-line help stands here."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found = import_module(f"averment_cli.commands.{cmd_name}").command
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from averment.core.suggest import did_you_mean

            near = did_you_mean(args[0], COMMANDS)
            ctx.fail(f"there is no command `{args[0]}`" + (f"; did you mean `{near}`?" if near else ""))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # which Click would take for a failure
            raise _PipeClosed from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from averment import __version__

        click.echo(f"averment {__version__}")
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and exit."
)
def averment() -> None:
    """Decision criteria as a knowledge pack, and claims with the whole of their warrant.

    \b
    averment decide case.yaml                 the claim, and every reason for it
    averment decide cases/ --format json      the same as JSON Lines, for programs
    averment check my_pack                    everything that is wrong with a pack
    """


def main() -> int:
    """Run the command line in a process of its own; the exit code."""
    hosted = any(word == "--on" or word.startswith("--on=") for word in sys.argv[1:])  # hosts need their own pandas
    talk_warnings()
    gc.set_threshold(50_000, 20, 50)  # a pack is some 100,000 objects without a circle among them
    code = run(sys.argv[1:], settled=sys.argv[1:2] == ["batch"] and not hosted)
    gc.freeze()  # what the interpreter does on its way out looks for circles three times
    return code


def run(arguments: Sequence[str], settled: bool = False) -> int:
    """The exit code of the command line with these arguments. ``settled``: Arrow may be set up for this process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        if settled:
            _settle()
        code = averment.main(list(arguments), prog_name="averment", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return 130
    except (_PipeClosed, BrokenPipeError):
        _close_quietly()
        return 0
    except Exception as problem:
        return _failed(problem)


def _settle() -> None:
    from averment.extras import installed

    if installed("scale"):
        import resource  # only where memory may be what is short

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit != resource.RLIM_INFINITY and limit < _LEAST:
            raise MemoryError  # which NumPy would not survive
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # NumPy's algebra is not used, and its threads take memory
        os.environ.setdefault("JE_ARROW_MALLOC_CONF", "background_thread:false")  # nor this of Arrow's: batch forks
        from averment.batch.arrow import settle

        settle()


def _failed(problem: Exception) -> int:
    try:
        return _told(problem)
    except (MemoryError, OSError) as short:
        if isinstance(short, OSError) and short.errno != errno.ENOMEM:
            raise
        click.echo("error: not enough memory", err=True)  # not even to say what else was wrong
        return 4


def _told(problem: Exception) -> int:
    from averment.audit.errors import LogError
    from averment.diagnostics.diagnostic import Refused
    from averment_cli.terminal import talk, talk_findings

    if isinstance(problem, Refused):
        talk_findings(problem.diagnostics, {})
        return 3
    if isinstance(problem, LogError):
        talk_findings([problem.diagnostic], {})
        return 3
    if os.environ.get("AVERMENT_DEBUG") == "1":
        raise problem
    if isinstance(problem, MemoryError):
        talk("error: not enough memory")
        return 4
    if isinstance(problem, ImportError):
        talk(f"error: a library cannot be loaded: {str(problem).strip().splitlines()[-1] or type(problem).__name__}")
        return 4
    if isinstance(problem, OSError):
        talk(f"error: {problem.strerror or problem}" + (f": {problem.filename}" if problem.filename else ""))
        return 4
    talk(f"internal error: {type(problem).__name__}: {problem}")
    talk("This is a mistake in averment, not in your files. Please report it with what AVERMENT_DEBUG=1 shows.")
    return 4


def _close_quietly() -> None:
    """Nobody reads on: give standard output somewhere to go, so that closing it says nothing either."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
