"""What `ingest` expects of its injected faults is what the stream's own validation says of them."""

from datetime import UTC, datetime

from pyspark.sql import SparkSession

from ingest.contract import seconds_of
from ingest.faults.malformed import DAMAGES
from ingest.truth import expected_reason
from streaming.validation import judge
from tests.unit.ingest.builders import LIMITS, sends

RAW = "value binary, topic string, partition int, offset bigint, timestamp timestamp"
HUGE = "malformed:huge"


def test_every_injected_fault_is_judged_as_the_ground_truth_says(spark: SparkSession) -> None:
    faults = "late=10% duplicates=10% malformed=50% out_of_order=10% future=10%"
    # all are appended when they are due; half a second more does not change a verdict
    planned = [send for send in sends(150, faults) if send.fault != HUGE]
    assert {send.fault for send in planned} >= {f"malformed:{kind}" for kind in DAMAGES} - {HUGE}
    rows = [
        (send.value(), "t", 0, send.send_index, datetime.fromtimestamp(send.due_at + 0.5, UTC))
        for send in planned
    ]
    judged = judge(
        spark.createDataFrame(rows, RAW),
        max_event_bytes=LIMITS.max_event_bytes,
        max_future_seconds=int(LIMITS.max_future_seconds),
    ).collect()
    found = {row["offset"]: row["reason"] or "" for row in judged}
    assert found == {send.send_index: expected_reason(send, LIMITS) for send in planned}
    times = {row["offset"]: row["event_time"] for row in judged if not row["reason"]}
    for send in planned:
        if send.send_index in times:
            at = times[send.send_index].replace(tzinfo=UTC).timestamp()
            assert at == seconds_of(send.event["event_time"])
