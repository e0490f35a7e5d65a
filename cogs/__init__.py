"""The commands: each reads the interaction, calls `bot`, and answers."""
