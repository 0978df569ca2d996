"""Events from a CSV to every place that keeps them, through the real services, recounted in plain Python."""

import csv
import gzip
import hashlib
import json
import subprocess
import sys
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path

import psutil
import pytest
from kafka import KafkaProducer
from pyhive import hive
from TCLIService import ttypes

from tests.stack import PROJECT, StackUnderTest, is_open, wait_until

pytestmark = pytest.mark.integration
# A row of it is tried in more ways than there is time for, and Spark ends a task between two rows.
NEVER_A_NEXT_ROW = "select max(repeat('a', 60 + cast(id as int)) rlike '(.*a){25}b') from range(2)"
STARTED = "spawned: 'spark-thrift'"
SAMPLE = PROJECT / "data" / "sample" / "events.csv.gz"
FIRST = 3000
OUTAGE_SECONDS = 10
COUNTS = ("views", "carts", "purchases", "removals")


def sample_rows(count: int) -> list[dict[str, str]]:
    with gzip.open(SAMPLE, "rt", encoding="utf-8") as file:
        return [row for row, _ in zip(csv.DictReader(file), range(count), strict=False)]


def sql(stack: StackUnderTest, statement: str) -> list[tuple[object, ...]]:
    port = int(stack.environment["SPARK_THRIFT_PORT"])
    connection = hive.connect("127.0.0.1", port)
    try:
        cursor = connection.cursor()
        cursor.execute(statement)
        return cursor.fetchall()
    finally:
        connection.close()


def test_the_thrift_server_can_load_the_functions_of_hive(replayed: StackUnderTest) -> None:
    """If it cannot, a session that is closed may wait for them for ever."""
    registry = "org.apache.hadoop.hive.ql.exec.FunctionRegistry"
    ((names,),) = sql(replayed, f"select reflect('{registry}', 'getFunctionNames')")
    assert "abs" in str(names)


def scan(stack: StackUnderTest, table: str) -> list[dict[str, str]]:
    done = stack.run("hbase", "scan", table, "--last", "1d", "--format", "json")
    return json.loads(done.stdout)


def counted(stack: StackUnderTest) -> int:
    return sum(int(row[name]) for row in scan(stack, "event_counts") for name in COUNTS)


def landed(stack: StackUnderTest) -> int:
    return int(str(sql(stack, "select count(*) from raw.event_stream")[0][0]))


def start_jobs(stack: StackUnderTest) -> None:
    stack.run("services", "stream", "--detach", "--", "--source", str(SAMPLE), "--limit", "1")


def replay(stack: StackUnderTest, count: int, rate: int = 500) -> None:
    stack.run("ingest", "--source", str(SAMPLE), "--limit", str(count), "--rate", str(rate))


def totals(rows: list[dict[str, str]]) -> dict[str, Decimal]:
    names = (*COUNTS, "view_value", "cart_value", "purchase_value", "total_value")
    return {name: sum((Decimal(row[name]) for row in rows), Decimal(0)) for name in names}


def expected_totals(rows: list[dict[str, str]]) -> dict[str, Decimal]:
    kinds = {"view": "views", "cart": "carts", "purchase": "purchases"}
    found: Counter[str] = Counter()
    values: dict[str, Decimal] = {f"{kind}_value": Decimal(0) for kind in kinds}
    for row in rows:
        found[kinds[row["event_type"]]] += 1
        values[f"{row['event_type']}_value"] += Decimal(row["price"])
    counts = {name: Decimal(found[name]) for name in COUNTS}
    return counts | values | {"total_value": sum(values.values(), Decimal(0))}


@pytest.fixture(scope="module")
def replayed(stack: StackUnderTest) -> StackUnderTest:
    """The first rows of the sample, sent once and counted everywhere (one more from start_jobs)."""
    start_jobs(stack)
    wait_until("the live job is started", lambda: "live: started" in stack.log("live"), 120)
    replay(stack, FIRST)
    wait_until("HBase has every event", lambda: counted(stack) >= FIRST + 1, 120)
    wait_until("Delta has every event", lambda: landed(stack) >= FIRST + 1, 180)
    return stack


def sent_rows() -> list[dict[str, str]]:
    return [*sample_rows(FIRST), *sample_rows(1)]


def test_every_service_is_reported_as_running(stack: StackUnderTest) -> None:
    rows = json.loads(stack.run("services", "status", "--format", "json").stdout)
    states = {row["service"]: row["state"] for row in rows}
    wanted = ("kafka", "hbase", "hbase-thrift", "spark-thrift")
    assert {name: states[name] for name in wanted} == dict.fromkeys(wanted, "running")


def test_a_second_up_changes_nothing(stack: StackUnderTest) -> None:
    before = sorted(stack.pids())
    stack.run("services", "up")
    assert sorted(stack.pids()) == before


def test_hbase_counts_and_sums_equal_a_recount_of_the_file(replayed: StackUnderTest) -> None:
    assert totals(scan(replayed, "event_counts")) == expected_totals(sent_rows())


@pytest.mark.parametrize("table", ["brand_windows", "category_windows"])
def test_each_dimension_adds_up_to_all_events(replayed: StackUnderTest, table: str) -> None:
    assert totals(scan(replayed, table)) == expected_totals(sent_rows())


def test_brand_windows_hold_each_brand_of_the_file(replayed: StackUnderTest) -> None:
    found: Counter[str] = Counter()
    for row in scan(replayed, "brand_windows"):
        found[row["value"]] += sum(int(row[name]) for name in COUNTS)
    assert found == Counter(row["brand"] for row in sent_rows())


def test_delta_keeps_every_event_once_with_its_price(replayed: StackUnderTest) -> None:
    statement = "select event_type, count(*), sum(price) from raw.event_stream group by 1"
    found = {str(kind): (int(str(n)), Decimal(str(v))) for kind, n, v in sql(replayed, statement)}
    expected: dict[str, tuple[int, Decimal]] = {}
    for row in sent_rows():
        count, value = expected.get(row["event_type"], (0, Decimal(0)))
        expected[row["event_type"]] = (count + 1, value + Decimal(row["price"]))
    assert found == expected


def test_window_metrics_get_the_last_value_of_each_window(replayed: StackUnderTest) -> None:
    statement = (
        "select sum(view_count + cart_count + purchase_count + remove_count) "
        "from raw.window_metrics where dimension = 'all'"
    )
    wait_until(
        "raw.window_metrics has every event",
        lambda: str(sql(replayed, statement)[0][0]) == str(FIRST + 1),
        120,
    )


def test_bad_messages_are_kept_with_their_reason_and_the_stream_goes_on(
    replayed: StackUnderTest,
) -> None:
    good = {"event_time": "2020-09-24 12:00:01 UTC", "event_type": "view", "product_id": "1"}
    good |= {"price": 1.5, "user_id": "7"}
    bad = {
        "not_json": b'{"event_time": "2020-09-2',
        "bad_text": b"\xff\xfe\x00",
        "too_large": json.dumps(good | {"note": "x" * 70_000}).encode(),
        "missing_field": json.dumps(good | {"product_id": None}).encode(),
        "unknown_event_type": json.dumps(good | {"event_type": "wish"}).encode(),
        "bad_event_time": json.dumps(good | {"event_time": "yesterday"}).encode(),
        "bad_price": json.dumps(good | {"price": -1}).encode(),
        "future_event_time": json.dumps(good | {"event_time": "2190-01-01T00:00:00Z"}).encode(),
    }
    producer = KafkaProducer(bootstrap_servers=replayed.bootstrap_servers, acks="all")
    for message in bad.values():
        producer.send("ecommerce-events", message).get(timeout=30)
    producer.close()
    statement = "select reason, value_sha256 from raw.rejected_event"
    wait_until(
        "every bad message has landed", lambda: len(sql(replayed, statement)) >= len(bad), 120
    )
    assert dict(sql(replayed, statement)) == {
        reason: hashlib.sha256(message).hexdigest() for reason, message in bad.items()
    }
    before = counted(replayed)
    replay(replayed, 50)
    wait_until("the next events are counted", lambda: counted(replayed) == before + 50, 60)


@pytest.mark.parametrize("name", ["hbase", "hbase-thrift"])
def test_windows_are_counted_when_hbase_answers_again(replayed: StackUnderTest, name: str) -> None:
    before = counted(replayed)
    with replayed.stands_still(name):
        replay(replayed, 200, rate=20)
    wait_until("every event is counted", lambda: counted(replayed) == before + 200, 120)


def test_events_wait_for_a_broker_that_stands_still(replayed: StackUnderTest) -> None:
    before = counted(replayed)
    command = [*(sys.executable, "-m", "ingest", "--source", str(SAMPLE)), "--limit", "300"]
    producer = subprocess.Popen(
        [*command, "--rate", "20"], cwd=PROJECT, env=replayed.environment, stdout=subprocess.PIPE
    )
    try:
        wait_until("some events are counted", lambda: counted(replayed) > before, 60)
        waiting = [psutil.Process(pid) for pid in (producer.pid, replayed.driver_of("live"))]
        with replayed.stands_still("kafka"):
            worked = [sum(process.cpu_times()[:2]) for process in waiting]
            # as long as the schedule still has events to send
            time.sleep(OUTAGE_SECONDS)
            worked = [
                sum(process.cpu_times()[:2]) - until_then
                for process, until_then in zip(waiting, worked, strict=True)
            ]
        output, _ = producer.communicate(timeout=120)
    finally:
        producer.kill()
    assert (producer.returncode, b"sent=300 acknowledged=300 failed=0" in output) == (0, True)
    assert max(worked) < OUTAGE_SECONDS / 4, "who waits for the broker works"
    wait_until("every event is counted", lambda: counted(replayed) == before + 300, 120)


def test_nothing_listens_outside_loopback(replayed: StackUnderTest) -> None:
    pids = set(replayed.pids())
    assert len(pids) >= 6
    addresses = {
        connection.laddr.ip.removeprefix("::ffff:")
        for connection in psutil.net_connections("inet")
        if connection.pid in pids and connection.laddr and not connection.raddr
    }
    assert addresses == {"127.0.0.1"}


def test_counting_goes_on_exactly_after_every_process_was_killed(replayed: StackUnderTest) -> None:
    before = counted(replayed)
    replayed.end()
    replayed.run("services", "up")
    assert counted(replayed) == before
    start_jobs(replayed)
    replay(replayed, 200)
    wait_until("the new events are counted", lambda: counted(replayed) == before + 201, 120)


def test_a_stop_lands_all_that_was_sent_and_every_place_agrees(replayed: StackUnderTest) -> None:
    replay(replayed, 300)
    replayed.run("services", "stream-stop")
    answer = json.loads(replayed.run("bench.verify", "--format", "json").stdout)
    assert (answer["different"], answer["topic_is_quiet"]) == ([], True)
    assert answer["windows_equal"] == answer["windows_compared"] > 0
    assert {place: row["different"] for place, row in answer["places"].items()} == {
        "HBase": 0,
        "ecommerce-analytics": 0,
        "raw.window_metrics": 0,
        "raw.event_stream": 0,
    }
    assert "Traceback" not in replayed.log("landing") + replayed.log("live")


def test_a_task_that_spark_cannot_end_does_not_keep_the_cores(replayed: StackUnderTest) -> None:
    before = replayed.pids_of("spark-thrift")
    starts = replayed.log("supervisord").count(STARTED)
    connection = hive.connect("127.0.0.1", int(replayed.environment["SPARK_THRIFT_PORT"]))
    asked = ttypes.TExecuteStatementReq(
        connection.sessionHandle, NEVER_A_NEXT_ROW, runAsync=True, queryTimeout=10
    )
    connection.client.ExecuteStatement(asked)

    def answers_anew() -> bool:
        now = replayed.pids_of("spark-thrift")
        is_open_again = is_open(int(replayed.environment["SPARK_THRIFT_PORT"]))
        return bool(now) and not set(now) & set(before) and is_open_again

    wait_until("another server is there", answers_anew, 120)
    assert landed(replayed) > FIRST
    assert "could not be stopped within 5000 ms; it is killed" in replayed.log("watch")
    # Both of its tasks stood and were told of: the next server is not killed for the last one's.
    assert replayed.log("supervisord").count(STARTED) == starts + 1


def test_a_taken_port_is_named_with_its_holder(stack: StackUnderTest, tmp_path: Path) -> None:
    done = stack.run("services", "up", check=False, DATA_DIR=str(tmp_path / "other"))
    assert done.returncode == 1
    assert "is held by java (pid" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_down_leaves_no_process_and_no_port(replayed: StackUnderTest) -> None:
    replayed.run("services", "down")
    assert replayed.pids() == []
    assert [port for port in replayed.ports if is_open(port)] == []
