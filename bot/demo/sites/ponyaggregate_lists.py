"""PonyAggregate's lists of submissions (seed S0; reference: boards, 4b)."""

import msgspec
from aiohttp import web

from bot.demo.sites.ponyaggregate_account import Account, number, refuse
from bot.demo.sites.ponyaggregate_bodies import (
    Collaborators,
    ListEdit,
    NewList,
    Submissions,
    kept,
)
from bot.demo.sites.server import json_response
from bot.demo.world_archive import USERS, SubmissionList


class Lists:
    """Making and editing lists, and what and who is on them."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.archive = account.world.archive

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        one = "/api/lists/{id}"
        return [
            web.post("/api/lists/new", self.new),
            web.put(f"{one}/edit", self.edit),
            web.put(f"{one}/submissions/add", self.add_submissions),
            web.delete(f"{one}/submissions/remove", self.remove_submissions),
            web.put(f"{one}/collaborators/add", self.add_collaborators),
            web.delete(f"{one}/collaborators/remove", self.remove_collaborators),
        ]

    def _list(self, request: web.Request, *, shared: bool = False) -> SubmissionList:
        """Return the list of the path: the owner's; where `shared`, its collaborators' too."""
        user = self.account.user(request)
        found = self.archive.lists.get(number(request))
        if found is None:
            raise refuse(404, "List not found")
        if found.owner != user and not (shared and USERS[user] in found.collaborators):
            raise refuse(403, "You are not allowed to do that")
        return found

    async def _items(self, request: web.Request) -> list[int]:
        """Return the submissions that are named, as numbers or as text."""
        body = await self.account.body(request, Submissions)
        return [int(item) for item in body.submission_ids]

    def _people(self, names: list[str]) -> list[str]:
        unknown = [name for name in names if name not in USERS.values()]
        if unknown:
            raise refuse(400, f"There is no user {unknown[0]}")
        return list(dict.fromkeys(names))

    async def new(self, request: web.Request) -> web.Response:
        """`POST /api/lists/new`."""
        user = self.account.user(request)
        body = await self.account.body(request, NewList)
        people = self._people(body.collaborative_usernames)
        new = self.archive.enlist(user, kept(msgspec.to_builtins(body)), people)
        return json_response({"id": new.id})

    async def edit(self, request: web.Request) -> web.Response:
        """`PUT /api/lists/[id]/edit`: what is not sent stays."""
        found = self._list(request)
        found.fields |= kept(msgspec.to_builtins(await self.account.body(request, ListEdit)))
        return json_response({"id": found.id})

    async def add_submissions(self, request: web.Request) -> web.Response:
        """`PUT /api/lists/[id]/submissions/add`."""
        found = self._list(request, shared=True)
        wanted = await self._items(request)
        if any(item not in self.archive.submissions for item in wanted):
            raise refuse(404, "Submission not found")
        found.submissions = list(dict.fromkeys([*found.submissions, *wanted]))
        return json_response({"success": True})

    async def remove_submissions(self, request: web.Request) -> web.Response:
        """`DELETE /api/lists/[id]/submissions/remove`: what is not on it is passed over."""
        found = self._list(request, shared=True)
        gone = await self._items(request)
        found.submissions = [item for item in found.submissions if item not in gone]
        return json_response({"success": True})

    async def add_collaborators(self, request: web.Request) -> web.Response:
        """`PUT /api/lists/[id]/collaborators/add`."""
        found = self._list(request)
        body = await self.account.body(request, Collaborators)
        people = self._people(body.collaborator_usernames)
        found.collaborators = list(dict.fromkeys([*found.collaborators, *people]))
        return json_response({"success": True})

    async def remove_collaborators(self, request: web.Request) -> web.Response:
        """`DELETE /api/lists/[id]/collaborators/remove`: who is not on it is passed over."""
        found = self._list(request)
        gone = (await self.account.body(request, Collaborators)).collaborator_usernames
        found.collaborators = [name for name in found.collaborators if name not in gone]
        return json_response({"success": True})
