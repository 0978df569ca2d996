"""Kafka: one node in KRaft mode, and the topics of the pipeline."""

import socket
import subprocess
import time
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from services.service import Service, ServiceError, write_properties
from settings import Settings

HOUR_MS = 3_600_000
TOPIC_SECONDS = 30


def _folder(settings: Settings) -> Path:
    return settings.paths.data / "kafka"


def _java(settings: Settings, heap: str, *command: str) -> list[str]:
    jars = f"{settings.paths.jars}/kafka/*"
    log_config = f"-Dlog4j2.configurationFile={_folder(settings)}/log4j2.properties"
    return ["java", f"-Xmx{heap}", "-XX:+UseSerialGC", log_config, "-cp", jars, *command]


def broker_properties(settings: Settings) -> dict[str, object]:
    """server.properties of a single node that is broker and controller, on loopback."""
    kafka = settings.kafka
    broker, controller = f"{kafka.host}:{kafka.port}", f"127.0.0.1:{kafka.controller_port}"
    listeners = f"PLAINTEXT://{broker},CONTROLLER://{controller}"
    return {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.bootstrap.servers": controller,
        "listeners": listeners,
        "advertised.listeners": listeners,
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "log.dirs": _folder(settings) / "data",
        "message.max.bytes": kafka.max_message_bytes,
        "offsets.topic.num.partitions": 2,
        "offsets.topic.replication.factor": 1,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "group.initial.rebalance.delay.ms": 0,
        "auto.create.topics.enable": "false",
    }


LOGGING = {
    "status": "error",
    "appender.console.type": "Console",
    "appender.console.name": "console",
    "appender.console.layout.type": "PatternLayout",
    "appender.console.layout.pattern": "%d %p %c{1}: %m%n",
    "rootLogger.level": "warn",
    "rootLogger.appenderRef.console.ref": "console",
    "logger.server.name": "kafka.server.KafkaRaftServer",
    "logger.server.level": "info",
}


def prepare(settings: Settings) -> None:
    """Write the configuration and format the storage of a new node."""
    config = _folder(settings) / "server.properties"
    write_properties(config, broker_properties(settings))
    write_properties(_folder(settings) / "log4j2.properties", LOGGING)
    if (_folder(settings) / "data" / "meta.properties").exists():
        return
    cluster_id = _storage_tool(settings, "random-uuid").strip().splitlines()[-1]
    _storage_tool(
        settings,
        *("format", "--standalone", "--ignore-formatted", "-t", cluster_id, "-c", str(config)),
    )


def _storage_tool(settings: Settings, *arguments: str) -> str:
    command = _java(settings, "128m", "kafka.tools.StorageTool", *arguments)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise ServiceError(f"Kafka's storage cannot be formatted: {done.stderr.strip()[-300:]}")
    return done.stdout


def probe(settings: Settings) -> None:
    """A metadata request, once the port is open: the client's own back-off would wait far longer."""
    socket.create_connection((settings.kafka.host, settings.kafka.port), timeout=2).close()
    admin = _admin(settings)
    try:
        admin.list_topics()
    finally:
        admin.close()


def _admin(settings: Settings) -> KafkaAdminClient:
    return KafkaAdminClient(
        bootstrap_servers=settings.kafka.bootstrap_servers, request_timeout_ms=10_000
    )


def topics(settings: Settings) -> list[NewTopic]:
    """The topics of the pipeline; a key always lands on the same partition of each."""
    kafka = settings.kafka
    common = {"message.timestamp.type": "LogAppendTime"}
    events = {
        **common,
        "max.message.bytes": str(kafka.max_message_bytes),
        "retention.ms": str(kafka.events_retention_hours * HOUR_MS),
    }
    analytics = {
        **common,
        "cleanup.policy": "compact,delete",
        "retention.ms": str(kafka.analytics_retention_hours * HOUR_MS),
    }
    # As long as the events: without its batch nobody can tell whether an event was late.
    batches = {**analytics, "retention.ms": events["retention.ms"]}
    return [
        NewTopic(kafka.events_topic, kafka.events_partitions, 1, topic_configs=events),
        NewTopic(kafka.analytics_topic, kafka.events_partitions, 1, topic_configs=analytics),
        NewTopic(kafka.batches_topic, 1, 1, topic_configs=batches),
    ]


def stream_topics(settings: Settings) -> list[str]:
    """The names of the topics that the stream fills."""
    return [topic.name for topic in topics(settings)]


def recreate_topics(settings: Settings) -> None:
    """Delete the topics of the stream with all they hold, and create them empty."""
    admin = _admin(settings)
    try:
        existing = set(stream_topics(settings)) & set(admin.list_topics())
        if existing:
            admin.delete_topics(sorted(existing))
        deadline = time.monotonic() + TOPIC_SECONDS
        while set(admin.list_topics()) & existing:
            if time.monotonic() > deadline:
                raise ServiceError("Kafka does not delete its topics: make logs S=kafka")
            time.sleep(0.2)
    except KafkaError as error:
        raise ServiceError(f"Kafka's topics cannot be deleted: {error}") from error
    finally:
        admin.close()
    ensure_topics(settings)


def ensure_topics(settings: Settings) -> None:
    """Create the topics that do not exist yet."""
    admin = _admin(settings)
    try:
        existing = set(admin.list_topics())
        missing = [topic for topic in topics(settings) if topic.name not in existing]
        if missing:
            admin.create_topics(missing)
    except TopicAlreadyExistsError:
        return
    except KafkaError as error:
        raise ServiceError(f"Kafka's topics cannot be created: {error}") from error
    finally:
        admin.close()


def service(settings: Settings) -> Service:
    """The broker."""
    config = str(_folder(settings) / "server.properties")
    return Service(
        name="kafka",
        command=_java(settings, settings.kafka.heap, "kafka.Kafka", config),
        ports={
            "KAFKA_BOOTSTRAP_SERVERS": settings.kafka.port,
            "KAFKA_CONTROLLER_PORT": settings.kafka.controller_port,
        },
        prepare=prepare,
        probe=probe,
        finish=ensure_topics,
    )
