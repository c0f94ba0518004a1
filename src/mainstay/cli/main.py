"""The program `mainstay`: finds the verb, says what went wrong."""

import importlib
import os
import sys
import traceback

import click

from mainstay import __version__
from mainstay.model.error import MainstayError

VERBS = (
    ("init", "Write a commented mainstay.yaml."),
    ("plan", "Show what `up` would change, per machine, as diffs."),
    ("up", "Make it so."),
    ("down", "Stop the machines, or take the lab away."),
    ("status", "Every part, its health, the roles, the address."),
    ("drain", "Take a balancer or a server out of rotation."),
    ("undrain", "Put it back."),
    ("db", "The database: who is primary, who follows."),
    ("secret", "Your secrets, new passwords, new certificates."),
    ("alert", "Try out whether people are told when something is wrong."),
    ("dashboards", "What to look at, as dashboards for Grafana."),
    ("drill", "Hurt a part under load, and see what the visitors noticed."),
    ("logs", "The logs of a machine, or of all."),
    ("exec", "Run a program on the machines."),
    ("ssh", "Log in to a machine."),
    ("lab", "The labs and images of this computer."),
    ("docs", "Explain the sections of mainstay.yaml."),
)
"""Every verb, by hand, in the order in which they are needed; each is a module of this package."""

INTERRUPTED = 130


class Verbs(click.Group):
    """The verbs, each loaded only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs, in the order of the catalogue."""
        return [name for name, _ in VERBS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command in the module of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"mainstay.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`, from the catalogue, so that no verb needs to be loaded."""
        with formatter.section("Verbs"):
            formatter.write_dl(VERBS)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mainstay")
def main_group() -> None:
    """Turn mainstay.yaml into a running distributed web infrastructure, and operate it."""


def main() -> None:
    """Run the verb; every failure ends in a sentence and the right exit status.

    0 done, 1 findings or failed, 2 wrong use, 130 interrupted.
    """
    try:
        main_group(prog_name="mainstay", standalone_mode=False)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.UsageError as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _say("\nInterrupted. Nothing is lost: the same command goes on from here.")
        sys.exit(INTERRUPTED)
    except Exception as error:  # noqa: BLE001  the last door: a traceback never reaches the user unasked
        _explain(error)
        sys.exit(1)


def _explain(error: Exception) -> None:
    """What went wrong, in a sentence."""
    match error:
        case MainstayError():
            _say(f"{click.style('error:', fg='red', bold=True)} {error}")
        case BrokenPipeError():
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        case OSError():
            _say(f"error: {error.filename or 'this computer'}: {error.strerror or error}")
        case _ if {"-v", "--verbose"} & set(sys.argv):
            traceback.print_exception(error)
        case _:
            _say(f"error: a bug in Mainstay: {type(error).__name__}: {error}")
            _say("Run the same command with -v for the details, and please report them.")


def _say(text: str) -> None:
    click.echo(text, err=True)


if __name__ == "__main__":
    main()
