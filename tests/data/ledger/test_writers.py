import subprocess
import sys

from data.ledger import Docket, Intake, Ledger, find_with_aftermath, verify
from tests.data.ledger.records import NOON, event, listing, window

_TIMES = 8
_OTHER = """
import sys
from data.ledger import Ledger
from tests.data.ledger.test_writers import write

print("ready", flush=True)
sys.stdin.readline()
write(Ledger(sys.argv[1]), "other")
"""


def write(ledger: Ledger, name: str) -> None:
    """Write in many transactions, two at a time."""
    for n in range(_TIMES):
        ledger.record([listing(f"{name}-{n}", f"{name}-{n}"), window(f"{name}-w-{n}", n)])
        Intake(ledger, name).feedback([event(f"{name}-{n}", decision_id=f"{name}-{n}")], NOON)


def test_two_processes_that_write_at_once_lose_nothing(ledger: Ledger) -> None:
    url = ledger.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-c", _OTHER, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        other.stdin.write("go\n")
        other.stdin.flush()
        write(ledger, "one")

    assert other.returncode == 0
    found = verify(ledger)
    assert found.problems == []
    assert found.checked == 2 * _TIMES * 3
    assert Docket(ledger).count_open() == 2 * _TIMES + 1


def test_a_read_of_several_parts_sees_one_moment(ledger: Ledger) -> None:
    ledger.record([listing()])
    with ledger.reading() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM feedback").scalar()
        Intake(ledger, "key:1").feedback([event()], NOON)
        after = connection.exec_driver_sql("SELECT count(*) FROM feedback").scalar()

    assert (before, after) == (0, 0)
    assert find_with_aftermath(ledger, "d1") is not None
