"""What a forum's new post is called."""

from bot.catalogue import CATALOGUE
from bot.feeds.destination import Outgoing
from bot.posts.text import plain_text
from bot.texts import _, ngettext

#: Discord's limit of a thread's name.
NAME = 100


def thread_name(message: Outgoing) -> str:
    """Return the name of the thread that a message begins: its post and artists, or how many."""
    if len(message.posts) != 1:
        count = len(message.posts) + message.more
        return ngettext("{count} new post", "{count} new posts", count).format(count=count)
    (post,) = message.posts
    site = CATALOGUE[post.post.site].title
    title = _("{site} · Post {id}").format(site=site, id=post.post.id)
    artists = ", ".join(artist.name for artist in post.credit.artists)
    return plain_text(f"{title} · {artists}" if artists else title, NAME)
