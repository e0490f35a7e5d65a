"""How often one person and one server may ask (reference: safety, 5)."""

from hypothesis import given
from hypothesis import strategies as st

from bot.quotas import Quota, Quotas, Rate
from tests.clock import MovableClock


def test_a_person_waits_until_the_first_of_the_last_ten_is_over() -> None:
    clock = MovableClock()
    quotas = Quotas(clock, user=Rate(10, 10))
    for _second in range(5):
        assert quotas.ask(1, None) == quotas.ask(1, None) == 0
        clock.advance(1)

    assert quotas.ask(1, None) == 5
    clock.advance(5)
    assert quotas.ask(1, None) == quotas.ask(1, None) == 0
    assert quotas.ask(1, None) == 1


def test_one_person_does_not_use_up_anothers_quota() -> None:
    quotas = Quotas(MovableClock(), user=Rate(1, 10))
    assert quotas.ask(1, None) == 0
    assert quotas.ask(1, None) > 0
    assert quotas.ask(2, None) == 0


def test_all_members_of_a_server_share_its_quota_and_other_servers_do_not() -> None:
    quotas = Quotas(MovableClock(), user=Rate(1, 10), guild=Rate(3, 60))
    assert [quotas.ask(user, 7) for user in range(4)] == [0, 0, 0, 60]
    assert quotas.ask(10, 8) == 0
    assert quotas.ask(11, None) == 0


def test_what_is_refused_does_not_count() -> None:
    clock = MovableClock()
    quotas = Quotas(clock, user=Rate(1, 10), guild=Rate(2, 60))
    assert quotas.ask(1, 7) == 0
    assert all(quotas.ask(1, 7) > 0 for _try in range(100))
    assert quotas.ask(2, 7) == 0


def test_reports_have_a_quota_of_their_own() -> None:
    clock = MovableClock()
    quotas = Quotas(clock, reports=Rate(2, 600))
    assert [quotas.report(1), quotas.report(1), quotas.report(1)] == [0, 0, 600]
    assert quotas.ask(1, None) == 0
    clock.advance(600)
    assert quotas.report(1) == 0


def test_memory_is_bounded_in_askers_and_in_time() -> None:
    clock = MovableClock()
    quota = Quota(Rate(2, 10), clock, remembered=100)
    for asker in range(1000):
        quota.count(asker)
    assert len(quota) == 100
    clock.advance(10)
    quota.count(1)
    assert len(quota) == 1


@given(
    st.integers(1, 5),
    st.lists(st.integers(0, 30), min_size=1, max_size=60),
)
def test_nobody_is_let_through_more_often_than_the_rate(count: int, pauses: list[int]) -> None:
    clock = MovableClock()
    quota = Quota(Rate(count, 20), clock)
    let_through: list[float] = []
    for pause in pauses:
        clock.advance(pause)
        wait = quota.wait(1)
        if wait == 0:
            quota.count(1)
            let_through.append(clock.monotonic())
        recent = [time for time in let_through if clock.monotonic() - time < 20]
        assert len(recent) <= count
        assert (wait > 0) <= (len(recent) == count)
