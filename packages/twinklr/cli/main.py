"""The ``twinklr`` command: parse, build, run, print. A command's module is loaded only when it is used."""

from __future__ import annotations

import importlib
import sys
import traceback

import click

from twinklr.core.errors import TwinklrError

COMMANDS: dict[str, str] = {
    "demo": "twinklr.cli.run:demo",
    "run": "twinklr.cli.run:run",
    "analyze": "twinklr.cli.analyze:analyze",
    "inspect": "twinklr.cli.inspect:inspect",
    "roles": "twinklr.cli.roles:roles",
    "check": "twinklr.cli.check:check",
    "convert": "twinklr.cli.convert:convert",
    "merge": "twinklr.cli.merge:merge",
    "render": "twinklr.cli.render:render",
    "compare": "twinklr.cli.compare:compare",
    "pipeline": "twinklr.cli.pipeline:pipeline",
    "cache": "twinklr.cli.cache:cache",
}
"""Command name -> ``module:function``."""


class LazyCommands(click.Group):
    """A group that imports a command's module only when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, in the order users meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show a traceback when something fails.")
@click.version_option(package_name="twinklr")
def twinklr(debug: bool) -> None:
    """Turn a song and your xLights show folder into a finished, editable light show."""


def main(args: list[str] | None = None) -> int:
    """Run the command line; the user's mistakes become one line and exit code 2."""
    arguments = list(sys.argv[1:] if args is None else args)
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        code = twinklr.main(args=arguments, prog_name="twinklr", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("stopped", err=True)
        return 130
    except TwinklrError as error:
        if debug:
            traceback.print_exc()
        click.echo(f"twinklr: {error}", err=True)
        return 2
    except Exception as error:  # noqa: BLE001 - a bug of ours: a person still deserves one line, --debug has the rest
        if debug:
            traceback.print_exc()
        click.echo(f"twinklr: a bug, not your mistake: {type(error).__name__}: {error}; --debug shows where", err=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())
