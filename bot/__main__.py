"""`python -m bot` is `mailmare`."""

from bot.cli import app


def main() -> None:
    """Run the command line."""
    app(prog_name="mailmare")


if __name__ == "__main__":
    main()
