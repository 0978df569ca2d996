"""Replays on a real broker: faults with their ground truth, kill -9 and resume, what is refused."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import NewPartitions, NewTopic

from tests.stack import PROJECT, StackUnderTest, wait_until

pytestmark = pytest.mark.integration
SAMPLE = PROJECT / "data" / "sample" / "events.csv.gz"
FAULTS = (
    *("--late", "2%", "--duplicates", "2%", "--malformed", "2%", "--out-of-order", "2%"),
    *("--future", "1%", "--bursts", "3x/2s"),
)
TOPIC = {"message.timestamp.type": "LogAppendTime", "max.message.bytes": "4194304"}
TIME_OUT_SECONDS = 3
SUPERVISE = """
import sys
from services.stack import Stack
from settings import load_settings
stack = Stack(load_settings(), sys.argv[1:])
stack.supervisor.launch()
stack.start_producer(print)
"""


class Topic:
    """A topic of a test's own on the one broker."""

    def __init__(self, stack: StackUnderTest, name: str) -> None:
        self.stack = stack
        self.name = name
        self.environment = {"KAFKA_EVENTS_TOPIC": name}
        admin = KafkaAdminClient(bootstrap_servers=stack.bootstrap_servers)
        admin.create_topics([NewTopic(name, 3, 1, topic_configs=TOPIC)])
        admin.close()

    def ingest(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.stack.run("ingest", *words, check=check, seconds=60, **self.environment)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "ingest", *words],
            cwd=PROJECT,
            env={**self.stack.environment, **self.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def truth(self, replay_id: str) -> dict[str, Any]:
        done = self.ingest("truth", "--replay-id", replay_id, check=False)
        assert done.stderr == ""
        return json.loads(done.stdout)["replays"][0]  # type: ignore[no-any-return]

    def records(self) -> Iterator[Any]:
        consumer = KafkaConsumer(
            bootstrap_servers=self.stack.bootstrap_servers, max_partition_fetch_bytes=8 << 20
        )
        partitions = [
            TopicPartition(self.name, n) for n in consumer.partitions_for_topic(self.name)
        ]
        consumer.assign(partitions)
        ends = consumer.end_offsets(partitions)
        consumer.seek_to_beginning(*partitions)
        while any(consumer.position(each) < ends[each] for each in partitions):
            for found in consumer.poll(timeout_ms=500).values():
                yield from found
        consumer.close()

    def count(self) -> int:
        return sum(1 for _ in self.records())

    def indexes(self) -> list[int]:
        """send_index of every message, each once."""
        return sorted({int(dict(record.headers)["send_index"]) for record in self.records()})


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackUnderTest]:
    """Kafka alone."""
    stack = StackUnderTest(tmp_path_factory.mktemp("broker").resolve())
    try:
        stack.run("services", "up", "--only", "kafka")
        yield stack
    finally:
        stack.end()


def test_the_ground_truth_of_a_faulty_replay_is_what_the_headers_count(
    broker: StackUnderTest,
) -> None:
    topic = Topic(broker, "faulty")
    topic.ingest("--limit", "2500", "--rate", "1000", "--replay-id", "faulty", *FAULTS)
    labels = Counter(
        dict(record.headers).get("fault", b"none").decode() for record in topic.records()
    )
    found = topic.truth("faulty")
    assert found["agrees"] is True
    assert found["by_fault"] == labels
    assert found["messages"] == found["sent"] == labels.total() == 2500
    assert len([label for label in labels if label.startswith("malformed:")]) == 18


def test_kill_9_at_any_instant_leaves_no_gap(broker: StackUnderTest) -> None:
    topic = Topic(broker, "killed")
    words = ("--limit", "4000", "--rate", "1000", "--replay-id", "killed", *FAULTS)
    for at_least in (1, 800, 1700):
        process = topic.start(*words)
        wait_until(f"{at_least} messages", lambda n=at_least: topic.count() >= n, 60)
        process.kill()
        process.wait()
    last = topic.ingest(*words).stdout
    assert "acknowledged=" in last
    assert topic.indexes() == list(range(4000))
    found = topic.truth("killed")
    assert found["agrees"] is True
    assert found["messages"] == 4000 + len(found["repeated_sends"])
    assert "sent=0 " in topic.ingest(*words).stdout


@pytest.mark.parametrize("away_seconds", [2.5, 3.5, 5.0])
def test_a_broker_that_comes_back_about_the_time_out_leaves_no_gap(
    broker: StackUnderTest, away_seconds: float
) -> None:
    name = f"away-{away_seconds}"
    topic = Topic(broker, name)
    topic.environment |= {"INGEST_DELIVERY_TIMEOUT_SECONDS": str(TIME_OUT_SECONDS)}
    words = ("--limit", "6000", "--rate", "500", "--replay-id", name)
    process = topic.start(*words)
    wait_until("the replay runs", lambda: topic.count() > 500, 60)
    with broker.stands_still("kafka"):
        time.sleep(away_seconds)  # the length of the outage, not a wait for something
    # it ends by itself: with all that it had to send, or with what had failed by then
    process.wait(timeout=60)
    topic.ingest(*words)
    assert topic.indexes() == list(range(6000))
    assert topic.truth(name)["agrees"] is True


def test_the_supervisor_brings_a_killed_replay_back_until_it_is_done(
    broker: StackUnderTest,
) -> None:
    topic = Topic(broker, "supervised")
    words = ("--limit", "3000", "--rate", "500", "--replay-id", "supervised")
    subprocess.run(
        [sys.executable, "-c", SUPERVISE, *words, "--topic", topic.name],
        cwd=PROJECT,
        env=broker.environment,
        check=True,
        timeout=60,
    )
    wait_until("the replay runs", lambda: topic.count() > 300, 60)
    for pid in broker.pids():
        if "ingest" in psutil.Process(pid).cmdline():
            os.kill(pid, signal.SIGKILL)
    wait_until("the replay is done", lambda: topic.indexes() == list(range(3000)), 60)
    assert topic.truth("supervised")["agrees"] is True
    time.sleep(1)
    assert not [pid for pid in broker.pids() if "ingest" in psutil.Process(pid).cmdline()]


def test_an_interrupted_replay_goes_on_with_the_options_it_began_with(
    broker: StackUnderTest,
) -> None:
    topic = Topic(broker, "interrupted")
    process = topic.start("--rate", "400", "--replay-id", "interrupted", "--late", "5%")
    wait_until("the replay runs", lambda: topic.count() > 100, 60)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    before = topic.count()
    topic.ingest("--replay-id", "interrupted", "--limit", str(before + 200))
    assert topic.indexes() == list(range(before + 200))
    found = topic.truth("interrupted")
    assert (found["agrees"], found["plan"]["rate"]) == (True, 400)


def test_what_must_not_be_replayed_is_refused_with_the_remedy(
    broker: StackUnderTest, tmp_path: Path
) -> None:
    topic = Topic(broker, "guarded")
    topic.ingest("--limit", "20", "--rate", "1000", "--replay-id", "guarded")
    other = tmp_path / "other.csv"
    other.write_text(
        "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,"
        "user_session\n2020-09-24 11:57:06 UTC,view,1,2,,asus,31.90,3,s\n"
    )
    refused = {
        "make reset-stream": ("--mode", "original", "--limit", "5"),
        "sends another file": ("--replay-id", "guarded", "--source", str(other)),
        "other values of --rate": ("--replay-id", "guarded", "--rate", "7"),
        "ahead of the clock": ("--start-at", "2199-01-01T00:00:00Z"),
    }
    for remedy, words in refused.items():
        done = topic.ingest(*words, check=False)
        assert done.returncode == 2
        assert remedy in done.stderr
        assert done.stderr.startswith("error: ")
        assert done.stderr.count("\n") == 1
    assert topic.count() == 20
    # on a topic of its own the same replay is welcome
    empty = Topic(broker, "original")
    empty.ingest("--mode", "original", "--limit", "5", "--rate", "1000")
    assert empty.count() == 5


def test_added_partitions_serve_the_next_replay(broker: StackUnderTest) -> None:
    topic = Topic(broker, "wider")
    words = ("--rate", "1000", "--replay-id", "before")
    topic.ingest("--limit", "200", *words)
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
    admin.create_partitions({topic.name: NewPartitions(5)})
    admin.close()
    topic.ingest("--limit", "400", *words)
    assert {record.partition for record in topic.records()} == {0, 1, 2}
    topic.ingest("--limit", "200", "--rate", "1000", "--replay-id", "after")
    assert {record.partition for record in topic.records()} == {0, 1, 2, 3, 4}
    for name, count in (("before", "3"), ("after", "5")):
        found = topic.truth(name)
        assert (found["agrees"], found["partition_count"]) == (True, count)
