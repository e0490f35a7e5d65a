"""What all commands share: where their settings come from, and how they end."""

import os
from pathlib import Path
from typing import NoReturn

import typer

from bot.exit_codes import Exit
from bot.settings import Settings, SettingsError, load

#: Settings of the working directory, under those of the environment.
DOTENV = Path(".env")


def settings_or_refuse() -> Settings:
    """Return the settings; where they cannot be used, end the process with all that is wrong."""
    try:
        return load(os.environ, DOTENV)
    except SettingsError as error:
        refuse(str(error), Exit.CONFIGURATION)


def refuse(message: str, status: Exit) -> NoReturn:
    """End the process with a message on the standard error stream."""
    typer.echo(message, err=True)
    end(status)


def end(status: Exit) -> NoReturn:
    """End the process with that exit status."""
    raise typer.Exit(int(status))
