"""The command line. Each command imports what it needs when it runs: `health` must be quick."""

import asyncio
import sys
from functools import partial
from typing import Annotated, Literal

import typer

from bot import cli_db, cli_explain, cli_site
from bot.command_line import end, refuse, settings_or_refuse
from bot.exit_codes import Exit
from bot.texts import _

app = typer.Typer(
    help=_("Mailmare delivers pony art to Discord."),
    epilog=_(
        "Exit status: 0 all is well · 1 something to do, or a fault · 2 wrong command line · "
        "65 the database was refused · 69 Discord not reachable · "
        "74 data directory not writable · 75 another instance runs · "
        "77 Discord refused the token or the intents · 78 a setting is wrong"
    ),
    no_args_is_help=True,
    add_completion=False,
    # The pretty ones show local variables, secrets among them.
    pretty_exceptions_enable=False,
)

app.add_typer(cli_db.app, name="db")
app.command("site", help=cli_site.HELP)(cli_site.site)
app.command("explain", help=cli_explain.HELP)(cli_explain.explain)


@app.command(help=_("Run the bot on Discord, with DISCORD_TOKEN, until it is told to stop."))
def run() -> None:
    """Run the bot."""
    from bot.logs import open_standard_streams

    open_standard_streams()
    settings = settings_or_refuse()
    from bot.run import run as run_bot

    end(run_bot(settings))


@app.command(help=_("Try the whole bot in a browser page: no token, simulated sites."))
def demo(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help=_("Port of the page; 0 takes a free one."))
    ] = 0,
) -> None:
    """Run the demo."""
    try:
        from bot.demo.page import run as run_demo
        from bot.demo.simcord_stage import PortError
    except ModuleNotFoundError as error:
        refuse(
            _("The demo needs {name}, which the extra 'demo' installs: see the README.").format(
                name=error.name
            ),
            Exit.CONFIGURATION,
        )
    # Whoever waits for the address may read it through a pipe.
    try:
        asyncio.run(run_demo(port=port, say=partial(print, flush=True)))
    except PortError as error:
        refuse(str(error), Exit.FAILED)


@app.command(help=_("Check settings, data, clock, sites and Discord: a line each, ok or to do."))
def doctor() -> None:
    """Run the checks."""
    settings = settings_or_refuse()
    from bot import logs
    from bot.doctor import examine

    # What a check finds is in its line; what the parts below note of it would only be in between.
    logs.configure(level="error", secrets=settings.secrets())
    end(asyncio.run(examine(settings, print)))


@app.command(help=_("Say whether the bot runs on this data directory and is connected."))
def health() -> None:
    """Read the heartbeat."""
    from bot.clock import SYSTEM_CLOCK
    from bot.health import FILE_NAME, check

    found = check(settings_or_refuse().data_dir / FILE_NAME, SYSTEM_CLOCK.now())
    print(found.text)
    end(Exit.OK if found.ok else Exit.FAILED)


@app.command(help=_("Print the address with which a server's admin invites the bot."))
def invite(
    application_id: Annotated[
        int | None,
        typer.Option(help=_("The application's id; without it, the token's application.")),
    ] = None,
) -> None:
    """Print the invitation."""
    from bot.invite import PERMISSIONS, invitation

    try:
        known = _own_application_id() if application_id is None else application_id
        address = invitation(known)
    except ValueError as error:
        refuse(str(error), Exit.USAGE)
    print(address)
    for permission in PERMISSIONS:
        print(f"  {permission.name}: {permission.reason}", file=sys.stderr)


@app.command(help=_("Print every setting with its meaning and default."))
def settings(
    style: Annotated[
        Literal["env", "markdown"], typer.Option(help=_("As a .env file, or as a table."))
    ] = "env",
) -> None:
    """Print the settings."""
    from bot.settings_doc import env_example, readme_table

    print(env_example() if style == "env" else readme_table(), end="")


@app.command(help=_("Print the version."))
def version() -> None:
    """Print the version."""
    from bot import __version__

    print(__version__)


def _own_application_id() -> int:
    settings = settings_or_refuse()
    if settings.discord_token is None:
        refuse(
            _("Give --application-id, or set DISCORD_TOKEN to ask Discord with."),
            Exit.CONFIGURATION,
        )
    from bot.discord_api import DiscordAnswerError, ask
    from bot.invite import application_id_from_token

    try:
        answer = asyncio.run(ask(settings, settings.discord_token, "/oauth2/applications/@me"))
        return int(answer["id"])
    except DiscordAnswerError as error:
        found = application_id_from_token(settings.discord_token.reveal())
        if found is None:
            refuse(str(error), Exit.CONFIGURATION)
        print(_("{error} The id is read from the token.").format(error=error), file=sys.stderr)
        return found
