"""`python -m streaming live | landing`: session, queries, wait; the exit code tells the supervisor what to do."""

import argparse
import logging
import re
import signal
import sys
import threading
import time
from types import FrameType

from kafka.errors import KafkaError
from py4j.protocol import Py4JJavaError, Py4JNetworkError
from pyspark.errors import PySparkException
from pyspark.sql.streaming import StreamingQuery

from ingest.producer import DeliveryError
from settings import Settings, SettingsError, load_settings
from streaming import landing, live, session
from streaming.folder import java_line

REPORT_SECONDS = 30
# The supervisor waits 30 s longer. Landing takes its time on a busy machine.
DRAIN_SECONDS = {"live": 60, "landing": 240}
# Without a pause a job that finds the disk full would be started over and over.
DISK_PAUSE_SECONDS = 30
AGAIN, STOPPED = 1, 3  # exit codes: the supervisor starts the job again after 1, not after 3
# The first mark that an error has decides.
REMEDIES = {
    "RowRefusedError": "HBase refuses a row ({row}); mend the table or that row, then make stream",
    "No space left": "the disk is full: free some room; "
    "the job tries again and goes on from its checkpoint",
    "CANNOT_LOAD_STATE_STORE": session.TORN,
    "MISSING_STATE_DIRECTORY": session.TORN,
    "STATE_STORE": "the checkpoint {checkpoint} belongs to another form of the query: "
    "make stream-repair JOB={job}, then make stream",
    "failOnDataLoss": "the topic lost messages that were not read yet (deleted, or retention): "
    "make stream-repair JOB={job} goes on behind them and says how many, then make stream",
}
REFUSED_ROW = re.compile(r"RowRefusedError: (\S+: row .+)")
logger = logging.getLogger("streaming")


# A flag, not an exception: one that is raised inside a call to the JVM breaks the connection to it.
_stop_asked = threading.Event()


def _on_signal(number: int, frame: FrameType | None) -> None:
    _stop_asked.set()


def explain(job: str, settings: Settings, error: BaseException) -> tuple[str, int]:
    """One line for a failed query, and the exit code."""
    text = str(error)
    for mark, remedy in REMEDIES.items():
        if mark in text:
            code = AGAIN if mark == "No space left" else STOPPED
            folder = session.checkpoint(settings, job if job == "live" else "landing_*")
            row = REFUSED_ROW.search(text)
            told = row[1] if row else "make logs S=live names it"
            return remedy.format(checkpoint=folder, job=job, row=told), code
    line = java_line(error) if isinstance(error, Py4JJavaError) else text.splitlines()[0][:500]
    return f"{line}; starting again from the checkpoint", AGAIN


def explain_file(error: OSError) -> tuple[str, int]:
    """One line for a file or a connection that failed in front of the queries, and the exit code."""
    if session.is_full(error):
        where = f" ({error.filename})" if error.filename else ""
        told = f"the disk is full{where}: free some room; the job tries again every "
        return f"{told}{DISK_PAUSE_SECONDS} s and goes on from its checkpoint", AGAIN
    if error.filename:
        return f"{error.filename}: {error.strerror}: mend it, then make stream", STOPPED
    return f"{error}; starting again", AGAIN


def _report(queries: list[StreamingQuery]) -> None:
    for query in queries:
        progress = query.lastProgress
        if progress:
            logger.info(
                "%s: batch %s, %s rows, %s ms %s, watermark %s",
                *(query.name, progress.batchId, progress.numInputRows),
                *(
                    progress.batchDuration,
                    dict(progress.durationMs),
                    progress.eventTime.get("watermark", "none"),
                ),
            )


def _await(queries: list[StreamingQuery]) -> None:
    next_report = time.monotonic() + REPORT_SECONDS
    while not _stop_asked.is_set():
        for query in queries:
            # Raises the query's own error when it has failed.
            query.awaitTermination(1)
        if time.monotonic() > next_report:
            _report(queries)
            next_report += REPORT_SECONDS


def _run(job: str, settings: Settings) -> None:
    for name in session.QUERIES[job]:
        session.ensure_writable(session.checkpoint(settings, name))
    session.await_orphan(settings, job)
    stream = settings.stream
    memory = stream.live_memory if job == "live" else stream.landing_memory
    spark = session.build(settings, job, memory)
    session.ensure_whole(spark, settings, job)
    module = live if job == "live" else landing
    queries = module.start(spark, settings)
    logger.info("%s: started", job)
    _await(queries)
    # The producer was stopped before: what it sent is finished before the job ends.
    module.drain(spark, settings, queries, DRAIN_SECONDS[job])
    spark.stop()
    logger.info("stopped")


def main() -> int:
    """Run a job until it is told to stop (0), fails and may start again (1), or needs a person (3)."""
    parser = argparse.ArgumentParser(prog="python -m streaming", description=__doc__)
    parser.add_argument("job", choices=sorted(session.QUERIES))
    job = parser.parse_args().job
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    logging.getLogger("kafka").setLevel(logging.ERROR)
    # It would print the stack of an error that the query reports too.
    logging.getLogger("py4j").setLevel(logging.CRITICAL)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _on_signal)
    try:
        settings = load_settings()
        with session.lock(settings, job):
            _run(job, settings)
        return 0
    except (SettingsError, session.JobError) as error:
        print(f"error: {error}", file=sys.stderr)
        return STOPPED
    except (DeliveryError, KafkaError) as error:
        print(f"error: {str(error).splitlines()[0]}; starting again", file=sys.stderr)
        return AGAIN
    except (ConnectionError, Py4JNetworkError):
        print("error: the Java machine of the job has ended; starting again", file=sys.stderr)
        return AGAIN
    except OSError as error:
        line, code = explain_file(error)
        print(f"error: {line}", file=sys.stderr)
        if session.is_full(error):
            _stop_asked.wait(DISK_PAUSE_SECONDS)
        return code
    except (PySparkException, Py4JJavaError) as error:
        line, code = explain(job, load_settings(), error)
        print(f"error: {line}", file=sys.stderr)
        return code


if __name__ == "__main__":
    sys.exit(main())
