"""The Spark session of a streaming job, and the lock that keeps a second driver away from its checkpoint."""

import errno
import fcntl
import os
import time
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import psutil
from pyspark.sql import SparkSession

from services.service import write_properties
from services.spark import LOGGING, common_conf
from settings import Settings
from streaming.folder import Folder
from streaming.integrity import fault, topic_of

CHECKPOINT_FILES = (
    "org.apache.spark.sql.execution.streaming.checkpointing.FileSystemBasedCheckpointFileManager"
)
ROCKSDB = "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider"
ORPHAN_SECONDS = 30
PROBE_BYTES = 1024 * 1024  # with less room a job would start only to fail in its first batch
TORN = "the checkpoint {checkpoint} is torn: make stream-repair JOB={job}, then make stream"
INTERPRETED_JOBS = ("live", "landing")
QUERIES = {"live": ("live",), "landing": ("landing_events", "landing_windows")}


class JobError(Exception):
    """The job cannot run until a person does what the message says."""


def lock(settings: Settings, job: str) -> IO[str]:
    """Hold the job's lock for the life of this process; refuse when another driver has it."""
    settings.paths.run.mkdir(parents=True, exist_ok=True)
    file = (settings.paths.run / f"{job}.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        raise JobError(
            f"{job} is already running (pid {file.read().strip() or 'unknown'}): make stream-stop"
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def _job_option(settings: Settings, job: str) -> str:
    return f"-Dstorepulse.job={job}:{settings.paths.data}"


def await_orphan(settings: Settings, job: str) -> None:
    """Wait for the JVM of a killed driver, which ends by itself when it sees its driver gone."""
    deadline = time.monotonic() + ORPHAN_SECONDS
    option = _job_option(settings, job)
    for process in psutil.process_iter(["cmdline"]):
        if option in (process.info["cmdline"] or []):
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except psutil.TimeoutExpired:
                process.kill()
            except psutil.NoSuchProcess:
                continue


def logging_properties(level: str, traces: str) -> dict[str, str]:
    """log4j2: the first line of each message to the job's log, everything to the file `traces`."""
    return LOGGING | {
        "appender.console.layout.pattern": "%d %p %c{1}: %replace{%m}{(?s)[\\r\\n].*}{}%ex{0}%n",
        "appender.traces.type": "RollingFile",
        "appender.traces.name": "traces",
        "appender.traces.fileName": traces,
        "appender.traces.filePattern": f"{traces}.%i",
        "appender.traces.layout.type": "PatternLayout",
        "appender.traces.layout.pattern": "%d %p %c: %m%n",
        "appender.traces.policies.type": "Policies",
        "appender.traces.policies.size.type": "SizeBasedTriggeringPolicy",
        "appender.traces.policies.size.size": "10MB",
        "appender.traces.strategy.type": "DefaultRolloverStrategy",
        "appender.traces.strategy.max": "2",
        "rootLogger.level": level,
        "rootLogger.appenderRef.traces.ref": "traces",
    }


def build(settings: Settings, job: str, memory: str) -> SparkSession:
    """A session on loopback; Delta, the Kafka source and RocksDB are on its class path."""
    # What a person runs on a terminal tells errors only; the logs of the jobs tell more.
    level = "warn" if job in INTERPRETED_JOBS else "error"
    folder = settings.paths.data / "spark-conf" / job
    traces = settings.paths.logs / f"{job}-traces.log"
    write_properties(folder / "log4j2.properties", logging_properties(level, str(traces)))
    os.environ["SPARK_CONF_DIR"] = str(folder)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    conf = common_conf(settings, memory)
    conf["spark.driver.extraJavaOptions"] += f" {_job_option(settings, job)}"
    conf |= {
        "spark.app.name": f"storepulse-{job}",
        "spark.sql.streaming.stateStore.providerClass": ROCKSDB,
        "spark.sql.streaming.stateStore.rocksdb.changelogCheckpointing.enabled": "true",
        "spark.sql.streaming.stateStore.rocksdb.trackTotalNumberOfRows": "false",
        "spark.sql.streaming.stopTimeout": "20000",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.ansi.enabled": "true",
        # What is this large is left alone when small files are gathered.
        "spark.databricks.delta.optimize.minFileSize": str(16 * 1024 * 1024),
        # VACUUM lists a table's folder in so many tasks, 10,000 when nobody says otherwise.
        "spark.sql.sources.parallelPartitionDiscovery.parallelism": "2",
        # Noting the caller of each expression costs a third of the time to build a batch's plan.
        "spark.python.sql.dataFrameDebugging.enabled": "false",
    }
    if job in INTERPRETED_JOBS:
        # A batch holds some dozens of rows, and its literals (the watermark) change the generated
        # code: interpreting costs less than generating and compiling classes each time.
        conf |= {
            "spark.sql.codegen.wholeStage": "false",
            "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        }
    if "://" not in settings.checkpoint_uri:
        # Renames are atomic on a local disk, where the default forks a process for each file.
        conf["spark.sql.streaming.checkpointFileManagerClass"] = CHECKPOINT_FILES
    builder = SparkSession.builder
    for name, value in conf.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def checkpoint(settings: Settings, query: str) -> str:
    """The folder of a query's checkpoint."""
    return f"{settings.checkpoint_uri.rstrip('/')}/{query}"


def unfinished(folder: str) -> str:
    """Where a repair prepares the checkpoint that takes the place of this one."""
    return f"{folder}.new"


def ensure_whole(spark: SparkSession, settings: Settings, job: str) -> None:
    """Refuse to start on a torn checkpoint, which only a person may replace, or on another topic's."""
    ensure_own_topic(spark, settings, job)
    for name in QUERIES[job]:
        uri = checkpoint(settings, name)
        folder = Folder(spark, uri)
        _clear_first_write(spark, folder)
        torn = fault(folder, _topic(settings, name)[1])
        if Folder(spark, unfinished(uri)).exists():
            torn = "a repair was interrupted"
        if torn:
            raise JobError(TORN.format(checkpoint=f"{uri} ({torn})", job=job))


def _topic(settings: Settings, name: str) -> tuple[str, str]:
    """The setting that names the topic of a query, and its value."""
    kafka = settings.kafka
    if name == "landing_windows":
        return "KAFKA_ANALYTICS_TOPIC", kafka.analytics_topic
    return "KAFKA_EVENTS_TOPIC", kafka.events_topic


def ensure_own_topic(spark: SparkSession, settings: Settings, job: str) -> None:
    """Refuse a checkpoint of another topic: its offsets, and the ledger's, say nothing of this one."""
    for name in QUERIES[job]:
        uri = checkpoint(settings, name)
        found, (setting, topic) = topic_of(Folder(spark, uri)), _topic(settings, name)
        if found not in (None, topic):
            raise JobError(
                f"the checkpoint {uri} is of topic {found}, not {topic}: {setting}={found} in .env "
                f"goes on with it; make reset-stream deletes what was streamed and begins with {topic}"
            )


def _clear_first_write(spark: SparkSession, folder: Folder) -> None:
    """Delete what a query's very first write left when it failed: the engine takes it for another query's."""
    if not any(folder.names(name) for name in ("offsets", "commits", "state")):
        Folder(spark, f"{folder.uri}/offsets").delete()


def is_full(error: OSError) -> bool:
    """Whether it went wrong for want of room, which comes back without anything being mended."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def ensure_writable(folder: str) -> None:
    """Fail early, with the reason, when the checkpoint folder cannot take the files of a batch.

    A full disk stays the OSError that it is: the job may try again.
    """
    scheme = urlsplit(folder).scheme
    if scheme not in ("", "file"):
        return
    probe = Path(folder.removeprefix("file:")) / ".writable"
    try:
        probe.parent.mkdir(parents=True, exist_ok=True)
        try:
            probe.write_bytes(bytes(PROBE_BYTES))
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        if is_full(error):
            raise
        raise JobError(f"{folder} cannot be written ({error.strerror}): mend it") from error
