"""Mailmare: pony art for Discord, credited, safe where it must be, each post once."""

__version__ = "0.1.0"

PROJECT_URL = "https://github.com/mailmare/mailmare"
