"""SIGKILL to one service after the other while events with faults flow: nothing is lost, nothing counted twice."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.stack import STREAMING, StackUnderTest

pytestmark = pytest.mark.integration
SERVICES = STREAMING
LIMIT_SECONDS = 600  # the short form may take ten minutes, the start of the stack not counted
VICTIMS = {"hbase", "hbase-thrift", "kafka", "landing", "live", "producer", "spark-thrift"}


def test_every_event_is_counted_once_whatever_is_killed_meanwhile(
    stack: StackUnderTest, tmp_path: Path
) -> None:
    out = tmp_path / "soak.json"
    how = ("--rate", "500", "--seed", "7", "--without", "everything", "--out", str(out))
    length = ("--kills", str(len(VICTIMS)), "--minutes", "4")
    done = stack.run("bench.soak", *length, *how, seconds=LIMIT_SECONDS, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    found = json.loads(out.read_text())
    verified, truth = found["verify"], found["truth_of_replay"]
    assert {kill["victim"] for kill in found["kills"]} == VICTIMS
    assert all(kill["back_seconds"] > 0 for kill in found["kills"])
    assert (verified["different"], verified["topic_is_quiet"], verified["pending"]) == ([], True, 0)
    assert verified["windows_equal"] == verified["windows_compared"] > 1000
    # What the faults must lead to, by the plan alone; and what a killed producer sent twice.
    twice = Counter(truth["repeated_sends_rejected"])
    assert Counter(verified["rejected_by_reason"]) == Counter(truth["rejected"]) + twice
    sent_twice = len(truth["repeated_sends"]) - twice.total()
    assert verified["repeated"] == truth["repeated_event_ids"] + sent_twice > 0
    causes = {name: cause["count"] for name, cause in verified["repeats"].items()}
    assert causes["injected"] + causes["sent_again"] == verified["repeated"]
    assert causes["injected"] > 0
    assert verified["windows_open"] > 0
    assert (verified["windows_left_out"], verified["problems"]) == (0, [])
    assert verified["sent"] == truth["sent"] + len(truth["repeated_sends"])
    assert verified["late"] > 0
