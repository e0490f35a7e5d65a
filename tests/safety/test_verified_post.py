"""Only the verifier makes a verified post, and it does not stay one for ever (safety, 3.6)."""

import copy
import pickle
from typing import Any

import msgspec
import pytest

from bot.safety import SAFE, Policy, VerifiedPost, verify

from .conftest import HandClock, MakePost


@pytest.fixture
def verified(make_post: MakePost, clock: HandClock) -> VerifiedPost:
    result = verify(make_post(), SAFE, clock=clock)
    assert isinstance(result, VerifiedPost)
    return result


def fields(verified: VerifiedPost) -> dict[str, Any]:
    return {name: getattr(verified, name) for name in VerifiedPost.__slots__}


@pytest.mark.parametrize("seal", [None, object(), "seal", VerifiedPost])
def test_nobody_else_can_construct_one(verified: VerifiedPost, seal: Any) -> None:
    with pytest.raises(TypeError):
        VerifiedPost(seal, **fields(verified))


def test_nothing_copies_one(verified: VerifiedPost) -> None:
    maker: Any = VerifiedPost
    tricks: list[Any] = [
        lambda: maker(**fields(verified)),
        lambda: copy.copy(verified),
        lambda: copy.deepcopy(verified),
        lambda: pickle.dumps(verified),
        lambda: verified.__reduce_ex__(2),
        lambda: msgspec.structs.replace(verified, post=None),  # type: ignore[type-var]
        lambda: msgspec.convert(fields(verified), VerifiedPost),
        lambda: msgspec.convert(fields(verified), VerifiedPost, from_attributes=True),
        lambda: msgspec.json.decode(b"{}", type=VerifiedPost),
        lambda: msgspec.json.encode(verified),
        lambda: type("Forged", (VerifiedPost,), {}),
    ]
    if hasattr(copy, "replace"):
        tricks.append(lambda: copy.replace(verified, post=None))
    for trick in tricks:
        with pytest.raises((TypeError, msgspec.ValidationError)):
            trick()


def test_an_empty_shell_has_nothing_to_render() -> None:
    shell = object.__new__(VerifiedPost)
    with pytest.raises(AttributeError):
        _ = shell.post
    with pytest.raises(AttributeError):
        shell.is_current(SAFE)


def test_nothing_changes_one(verified: VerifiedPost, make_post: MakePost) -> None:
    target: Any = verified
    with pytest.raises(AttributeError):
        target.post = make_post(tags=("explicit",))
    with pytest.raises(AttributeError):
        del target.credit
    with pytest.raises(AttributeError):
        target.anything = 1


def test_it_names_itself_without_its_tags(verified: VerifiedPost) -> None:
    assert repr(verified) == "<VerifiedPost derpibooru:7>"


def test_it_is_current_for_five_minutes(verified: VerifiedPost, clock: HandClock) -> None:
    assert verified.is_current(SAFE, clock)
    clock.seconds += 300.0
    assert verified.is_current(SAFE, clock)
    clock.seconds += 0.1
    assert not verified.is_current(SAFE, clock)


def test_it_is_not_current_before_it_was_made(verified: VerifiedPost, clock: HandClock) -> None:
    clock.seconds -= 1.0
    assert not verified.is_current(SAFE, clock)


def test_it_is_current_only_under_the_same_policy(verified: VerifiedPost, clock: HandClock) -> None:
    assert verified.is_current(Policy(), clock)
    assert not verified.is_current(Policy(hidden_tags=frozenset({"x"})), clock)
