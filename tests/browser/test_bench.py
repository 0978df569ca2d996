"""What `make bench-dashboards` says where it finds nothing to measure."""

import pytest
from playwright.sync_api import Browser

from bench.dashboards import viewers

pytestmark = pytest.mark.integration


def test_a_page_without_a_chart_is_told_with_the_command_that_mends_it(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewers, "LOAD_MS", 3000)
    page = browser.new_page()
    with pytest.raises(viewers.BenchError, match="make dashboards"):
        viewers.go_to_charts(page, "data:text/html,nothing")
    page.close()
