"""The way of announcements to Discord: `bot.feeds.destination.Destination` on the library's client.

It works with a client that is logged in and has no gateway: then no place is known, so every one
is safe, and what is there is asked of Discord.
"""

from bot.messenger.messenger import Messenger as Messenger
