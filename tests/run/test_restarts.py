"""The back-off of a crash loop (F45) and the lock on the data directory (F35)."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.instance import AlreadyRunningError, Instance
from bot.restarts import FREE, LONGEST_WAIT, Restarts

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def fail(data_dir: Path, times: int, at: datetime = NOW) -> None:
    for _ in range(times):
        Restarts(data_dir).begin(at)


def test_the_first_starts_do_not_wait(tmp_path: Path) -> None:
    for _ in range(FREE):
        assert Restarts(tmp_path).wait(NOW) == 0
        fail(tmp_path, 1)
    assert Restarts(tmp_path).wait(NOW) > 0


def test_each_further_failure_doubles_the_wait_up_to_its_limit(tmp_path: Path) -> None:
    waits = []
    for _ in range(20):
        fail(tmp_path, 1)
        waits.append(Restarts(tmp_path).wait(NOW))
    assert waits[FREE - 1 : FREE + 3] == [5, 10, 20, 40]
    assert waits[-1] == LONGEST_WAIT


def test_time_that_has_passed_since_the_last_start_counts(tmp_path: Path) -> None:
    fail(tmp_path, FREE + 2)
    assert Restarts(tmp_path).wait(NOW + timedelta(seconds=15)) == 5
    assert Restarts(tmp_path).wait(NOW + timedelta(seconds=30)) == 0


def test_a_good_start_forgets_the_failures(tmp_path: Path) -> None:
    fail(tmp_path, 10)
    Restarts(tmp_path).good()
    assert Restarts(tmp_path).wait(NOW) == 0


def test_a_ban_of_the_address_is_kept_over_restarts(tmp_path: Path) -> None:
    """F05: at least ten minutes without a request."""
    Restarts(tmp_path).hold(NOW, 600)
    assert Restarts(tmp_path).wait(NOW + timedelta(seconds=100)) == 500
    assert Restarts(tmp_path).wait(NOW + timedelta(seconds=600)) == 0


@given(
    failures=st.integers(0, 2000),
    jump=st.timedeltas(timedelta(days=-4000), timedelta(days=4000)),
)
def test_no_jump_of_the_clock_makes_the_wait_longer_than_its_limit(
    tmp_path_factory: pytest.TempPathFactory, failures: int, jump: timedelta
) -> None:
    """F36."""
    data_dir = tmp_path_factory.mktemp("data")
    (data_dir / "restarts.json").write_text(
        f'{{"failures": {failures}, "started": "{NOW.isoformat()}"}}'
    )
    assert 0 <= Restarts(data_dir).wait(NOW + jump) <= LONGEST_WAIT


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"failures": "many"}'])
def test_a_record_that_cannot_be_read_does_not_stop_a_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "restarts.json").write_bytes(content)
    assert Restarts(tmp_path).wait(NOW) == 0


HOLDER = """
import sys
from pathlib import Path
from bot.instance import Instance
with Instance(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_data_directory_belongs_to_one_process_until_it_ends(tmp_path: Path) -> None:
    """F35: even where it ends without a word."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunningError, match=f"process {holder.pid}"), Instance(tmp_path):
            pass
        holder.kill()
        holder.wait()
        with Instance(tmp_path):
            pass
