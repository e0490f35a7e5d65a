"""The buttons under a picture: they page, they outlive a restart, and obey who asked."""

from tests.discord_stage import WORLD, Answer, Stage


def place(answer: Answer) -> str:
    """Return what the footer says about the place among the results."""
    return (answer.embed.footer.text or "").rpartition(" · ")[2]


async def test_the_next_button_shows_another_post_in_the_same_message(stage: Stage) -> None:
    first = await stage.ask("derpibooru search", query="mare")
    second = await stage.press(first, "▶")

    assert second.message.id == first.message.id
    assert place(second).startswith("result 2 of")
    assert not second.private


async def test_paging_back_shows_the_first_result_again(stage: Stage) -> None:
    first = await stage.ask("derpibooru search", query="mare")
    picture = first.picture
    back = await stage.press(await stage.press(first, "▶"), "◀")

    assert back.picture == picture


async def test_paging_through_results_asks_the_site_once_a_page(stage: Stage) -> None:
    answer = await stage.ask("derpibooru search", query="mare")
    for _press in range(26):
        answer = await stage.press(answer, "▶")

    pages = [request.query["page"] for request in stage.sites.requests["derpibooru"]]
    assert pages == ["1", "2"]


async def test_there_is_nothing_before_the_first_result_and_after_the_last(stage: Stage) -> None:
    def disabled(answer: Answer) -> list[str]:
        return [
            button["label"]
            for row in answer.message.components
            for button in row["components"]
            if button.get("disabled")
        ]

    first = await stage.ask("derpibooru search", query="wallpaper, mountain")
    assert "◀" in disabled(first)
    total = int(place(first).rpartition(" ")[2])
    answer = first
    while "▶" not in disabled(answer):
        answer = await stage.press(answer, "▶")
    assert place(answer) == f"result {total} of {total}"


async def test_a_shuffled_search_keeps_its_order(stage: Stage) -> None:
    first = await stage.ask("derpibooru search", query="mare", sort="random")
    picture = first.picture
    await stage.env.restart_bot(stage.app.new_client())
    back = await stage.press(await stage.press(first, "▶"), "◀")

    assert back.picture == picture


async def test_buttons_work_after_a_restart(stage: Stage) -> None:
    first = await stage.ask("derpibooru search", query="mare, cute", sort="score")
    picture = first.picture
    await stage.env.restart_bot(stage.app.new_client())
    second = await stage.press(first, "▶")

    assert place(second).startswith("result 2 of")
    assert second.picture != picture
    assert stage.sites.requests["derpibooru"][-1].query["sf"] == "score"


async def test_another_random_picture_after_a_restart(stage: Stage) -> None:
    first = await stage.ask("twibooru random", query="mare")
    await stage.env.restart_bot(stage.app.new_client())
    again = await stage.press(first, "Another")

    assert again.picture is not None
    assert "mare" in WORLD.media[again.picture][0].tags


async def test_a_result_is_reached_by_its_number(stage: Stage) -> None:
    first = await stage.ask("derpibooru search", query="mare")
    shown = await stage.press(first, "Go to…")
    assert shown.result.modal is not None
    answer = Answer(await stage.you.submit_modal(shown.result, {_input(shown): "30"}))

    assert place(answer).startswith("result 30 of")


async def test_a_number_that_is_none_is_told_privately(stage: Stage) -> None:
    first = await stage.ask("derpibooru search", query="mare")
    shown = await stage.press(first, "Go to…")
    answer = Answer(await stage.you.submit_modal(shown.result, {_input(shown): "many"}))

    assert answer.private
    assert "whole number" in answer.text


async def test_a_number_after_the_last_is_told_privately(stage: Stage) -> None:
    first = await stage.ask("derpibooru search", query="mare")
    shown = await stage.press(first, "Go to…")
    answer = Answer(await stage.you.submit_modal(shown.result, {_input(shown): "100000"}))

    assert answer.private
    assert "There are only " in answer.text
    assert "results." in answer.text


async def test_any_result_stays_in_the_pager(stage: Stage) -> None:
    answer = await stage.press(await stage.ask("derpibooru search", query="mare"), "Any")

    assert place(answer).startswith("result ")


async def test_somebody_else_gets_a_private_copy(stage: Stage) -> None:
    first = await stage.ask("derpibooru search", query="mare")
    theirs = await stage.press(first, "▶", member=stage.other)

    assert theirs.private
    assert theirs.message.id != first.message.id
    assert place(theirs).startswith("result 2 of")
    assert place(first).startswith("result 1 of")


async def test_who_asked_can_remove_the_answer(stage: Stage) -> None:
    answer = await stage.ask("pony random")
    removed = await stage.press(answer, "Remove")

    assert removed.result.response is None
    assert stage.channel.history() == []


async def test_somebody_else_cannot_remove_it(stage: Stage) -> None:
    answer = await stage.ask("pony random")
    refused = await stage.press(answer, "Remove", member=stage.other)

    assert refused.private
    assert "Only who asked" in refused.text
    assert len(stage.channel.history()) == 1


async def test_a_button_whose_search_is_gone_says_so(stage: Stage) -> None:
    """An admin can take the embed off a message, and the words go with it."""
    answer = await stage.ask("derpibooru search", query="mare")
    message = answer.message.message
    await message.edit(embeds=[])
    refused = await stage.press(answer, "▶")

    assert refused.private
    assert "ask again" in refused.text


def _input(shown: Answer) -> str:
    """Return the custom id of the one input of a window."""
    assert shown.result.modal is not None
    (row,) = shown.result.modal["components"]
    inner = row.get("component") or row["components"][0]
    return str(inner["custom_id"])
