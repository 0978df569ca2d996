"""Live store while HBase is away, and while the stream catches up."""

import os
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.browser.answers import wait_for
from tests.browser.view import View, choose
from tests.browser.windows import drawn_windows, kept_windows
from tests.stack import StackUnderTest

pytestmark = pytest.mark.integration
# 600 by hand, for the ten minutes that a person may be away.
BACKLOG_SECONDS = int(os.environ.get("BACKLOG_SECONDS", "60"))
AGE, ALIVE = "Age of the newest event", "Is the stream alive?"
WINDOWS = "What happens now: events by 2-second window"


def state(view: View) -> str:
    return str(view.rows(ALIVE)[0]["state"])


def test_hbase_that_is_away_is_told_and_the_page_recovers_by_itself(
    viewer: View, shop: StackUnderTest
) -> None:
    viewer.open("live-store")
    age = viewer.number(AGE)
    with shop.stands_still("hbase-thrift"):
        wait_for(viewer.page, lambda: state(viewer).startswith("HBase is not reachable since "), 90)
        wait_for(viewer.page, lambda: viewer.number(AGE) > age + 5, 60)
        first = state(viewer)
        count = len(viewer.answers)
        wait_for(viewer.page, lambda: len(viewer.answers) > count + 40, 60)
        assert state(viewer)[:40] == first[:40]  # still since the same second
    wait_for(viewer.page, lambda: state(viewer) == "Events are counted", 120)


def test_every_number_is_right_after_a_backlog_was_drained_with_the_page_open(
    viewer: View, shop: StackUnderTest
) -> None:
    viewer.open("live-store")
    with shop.stands_still("live"):
        stopped = datetime.now(UTC)
        time.sleep(BACKLOG_SECONDS)  # what comes meanwhile is the backlog
    choose(viewer, "Range", "15 minutes")

    def shown() -> dict[datetime, list[float]]:
        return drawn_windows(viewer.rows(WINDOWS))

    # The windows of the outage, and a window that began after it.
    beyond = stopped + timedelta(seconds=BACKLOG_SECONDS + 20)
    wait_for(viewer.page, lambda: max(shown(), default=stopped) > beyond, 120 + BACKLOG_SECONDS)
    until = stopped + timedelta(seconds=BACKLOG_SECONDS)
    behind = {at: numbers for at, numbers in shown().items() if stopped <= at < until}
    assert len(behind) >= BACKLOG_SECONDS / 2 - 2
    kept = kept_windows(shop)
    assert behind == {at: kept[at] for at in behind}
