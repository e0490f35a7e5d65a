"""What `/feed` tells about feeds without changing any: test, explain, history, stats."""

from datetime import timedelta

import discord
from discord import app_commands
from discord.ext import commands
from msgspec import structs

from bot.client import MailmareBot
from bot.feeds.destination import DeliveryError, UncertainError
from bot.feeds.explain import Wanted, judge
from bot.feeds.placing import first_of
from bot.feeds.preflight import preflight, site_says
from bot.feeds.proofreading import read_query
from bot.feeds.trial import try_out
from bot.feeds.wishes import FeedRefusedError
from bot.posts.text import safe_text
from bot.safety import Refusal, VerifiedPost, verify
from bot.sites import SiteError
from bot.store import FeedKind, Status, Subscription
from bot.texts import _
from bot.ui.answers import NotShownError, answering, failure_text, think
from bot.ui.feed_host import feed_host, own_feed, where_it_goes
from bot.ui.feed_places import check_place, target_of
from bot.ui.feed_preview import show_preview, those_shown
from bot.ui.feed_reports import became_lines, explain_text, history_embed, stats_embed
from bot.ui.here import for_everybody, policy_here, where_of
from bot.ui.lines import CONTENT, fitting
from bot.ui.permission import managed_guild
from cogs.feed_options import Days, OwnFeed
from cogs.options import BoardId

_FEED = _("Which one; begin to type its number or its query.")
_ONE_OR_ALL = _("Which one; all of them if you leave it out.")
_SHOWN = 15


class FeedLooks(commands.GroupCog):
    """The commands that only look; part of the cog of `/feed`."""

    _bot: MailmareBot

    @app_commands.command(description=_("See how the latest picture of a feed would be announced."))
    @app_commands.describe(
        feed=_FEED, public=_("Really send it to the channel, once, without a mention.")
    )
    async def test(
        self, interaction: discord.Interaction, feed: OwnFeed, *, public: bool = False
    ) -> None:
        """Show it to whoever asks, or send it to its channel, where it counts as announced."""
        async with answering(interaction):
            guild_id = await managed_guild(interaction)
            one = await own_feed(interaction, guild_id, feed)
            await think(interaction, private=True)
            channel = await target_of(interaction, one.channel_id)
            where = where_of(channel)
            place = where if public else for_everybody(where)
            finder = self._bot.finder
            policy = await self._bot.policies.of(place)
            found = await preflight(one, policy, finder.sites, finder.clock)
            if not found.newest:
                raise NotShownError(found.unasked or _("It finds nothing at the moment."))
            if not public:
                await interaction.edit_original_response(content=_("The latest that it finds:"))
                await show_preview(interaction, one, found.newest, finder.clock)
                return
            check_place(channel, one)
            none = _("Nothing that it finds may be shown in that channel.")
            posts = those_shown(found.newest, policy, finder.clock, none)
            text = await self._send(interaction, one, posts)
            await interaction.edit_original_response(content=text)

    async def _send(
        self, interaction: discord.Interaction, one: Subscription, posts: list[VerifiedPost]
    ) -> str:
        messenger = feed_host(interaction).feeds.messenger
        guild = await self._bot.policies.guild(one.guild_id)
        try:
            with self._bot.languages.speaking(guild.language):
                sent = await try_out(one, posts, self._bot.store, messenger, self._bot.finder.clock)
        except UncertainError as error:
            text = _("Discord did not answer in time; the message may stand there all the same.")
            raise FeedRefusedError(text) from error
        except DeliveryError as error:
            text = _("Discord did not take it: {reason}").format(
                reason=safe_text(error.reason, 200)
            )
            raise FeedRefusedError(text) from error
        if sent is None:
            return _(
                "That channel has all that it finds just now, or waits for it: `/feed history`"
                " links it. Without `public` you alone see what it looks like."
            )
        link = f"https://discord.com/channels/{one.guild_id}/{sent.channel_id}/{sent.message_id}"
        return _("Sent, and looked after like all that it announces: {link}").format(link=link)

    @app_commands.command(description=_("Why a feed announced one picture, or did not."))
    @app_commands.describe(feed=_FEED, number=_("The number in the address of the picture's page."))
    @app_commands.rename(number="post")
    async def explain(
        self, interaction: discord.Interaction, feed: OwnFeed, number: BoardId
    ) -> None:
        """Answer with the query's verdict term by term, the delays, the rules and the outbox."""
        async with answering(interaction):
            guild_id = await managed_guild(interaction)
            one = await own_feed(interaction, guild_id, feed)
            if one.kind is not FeedKind.FEED:
                raise FeedRefusedError(_("A schedule draws at random: there is no more to it."))
            await think(interaction, private=True)
            finder, store = self._bot.finder, self._bot.store
            policy = await self._bot.policies.of(where_it_goes(interaction, one.channel_id))
            async with store.read() as tx:
                aliases = await tx.aliases.of_site(one.site)
                rows = await tx.history.of_post(guild_id, one.site, number)
                twins = [row for row in rows if row.status is Status.TWIN]
                for site, post_id in {first_of(row) for row in twins}:
                    rows += await tx.history.of_post(guild_id, site, post_id)
                pending = (await tx.pending.of(one.site, [number])).get(number)
            try:
                post = await finder.unverified(one.site, number, policy)
            except (SiteError, NotShownError) as failure:
                if not rows:
                    raise
                # Its site does not give it (any more); what became of it is known all the same.
                lines = [failure_text(failure), *became_lines(rows, one.channel_id)]
                await interaction.edit_original_response(content=fitting(lines, CONTENT))
                return
            wanted = Wanted(
                query=read_query(one.query, finder.board(one.site).site),
                since=one.since,
                settle=one.settle,
                min_score=one.min_score,
            )
            judgement = judge(post, wanted, policy, finder.clock, aliases=aliases)
            if judgement.matches is None:
                board = finder.board(one.site)
                answer = await site_says(one.query, number, policy, board)
                judgement = structs.replace(judgement, answer=answer)
            here = verify(post, await policy_here(interaction), clock=finder.clock)
            text = explain_text(
                judgement,
                wanted,
                one,
                rows,
                pending=pending,
                values=not isinstance(here, Refusal),
            )
            await interaction.edit_original_response(content=text)

    @app_commands.command(description=_("What was announced of late, and what became of the rest."))
    @app_commands.describe(feed=_ONE_OR_ALL)
    async def history(self, interaction: discord.Interaction, feed: OwnFeed = "") -> None:
        """Answer with the latest announcements."""
        async with answering(interaction):
            guild_id = await managed_guild(interaction)
            one = await own_feed(interaction, guild_id, feed) if feed else None
            async with self._bot.store.read() as tx:
                rows = await tx.history.recent(
                    guild_id, subscription_id=one.id if one else None, limit=_SHOWN
                )
            await interaction.response.send_message(embed=history_embed(rows), ephemeral=True)

    @app_commands.command(description=_("How much was announced and hidden, day by day."))
    @app_commands.describe(feed=_ONE_OR_ALL, days=_("How many days back."))
    async def stats(
        self, interaction: discord.Interaction, feed: OwnFeed = "", days: Days = 14
    ) -> None:
        """Answer with a small plot."""
        async with answering(interaction):
            guild_id = await managed_guild(interaction)
            one = await own_feed(interaction, guild_id, feed) if feed else None
            now = self._bot.finder.clock.now()
            async with self._bot.store.read() as tx:
                zone = (await tx.guilds.get(guild_id)).time_zone
                steps = await tx.history.steps(
                    guild_id,
                    now - timedelta(days=days),
                    subscription_id=one.id if one else None,
                )
            embed = stats_embed(steps, zone, now, days)
            await interaction.response.send_message(embed=embed, ephemeral=True)
