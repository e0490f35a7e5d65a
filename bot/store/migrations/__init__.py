"""How the tables came to be: one file in `versions` for each change, and their order here."""

#: Every revision that this program knows, oldest first.
REVISIONS = ("0001", "0002", "0003", "0004")
