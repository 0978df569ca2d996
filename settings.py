"""The one reader of the environment: `.env`, overridden by environment variables of the same names."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_DIR = Path(__file__).resolve().parent


class SettingsError(Exception):
    """A setting is missing or has a value that cannot work; the message says which one and what is allowed."""


def _config(prefix: str = "") -> SettingsConfigDict:
    return SettingsConfigDict(
        env_file=PROJECT_DIR / ".env", env_prefix=prefix, extra="ignore", frozen=True
    )


Port = Field(ge=1, le=65535)


class PathSettings(BaseSettings):
    """Where the stack keeps its data and jars; relative paths are relative to the project."""

    model_config = _config()
    data_dir: Path
    jars_dir: Path

    @property
    def data(self) -> Path:
        return (PROJECT_DIR / self.data_dir).resolve()

    @property
    def jars(self) -> Path:
        return (PROJECT_DIR / self.jars_dir).resolve()

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def run(self) -> Path:
        return self.data / "run"


class VersionSettings(BaseSettings):
    """Versions of the services' jars."""

    model_config = _config()
    kafka_version: str
    kafka_slf4j_version: str
    hbase_version: str
    hbase_thrift_version: str
    spark_version: str
    delta_version: str


def _addresses(text: str) -> str:
    if not re.fullmatch(r"[^\s:,]+:\d{1,5}(,[^\s:,]+:\d{1,5})*", text):
        raise ValueError("should be host:port, several of them separated by commas")
    return text


class KafkaSettings(BaseSettings):
    """Brokers and topics; sizes in bytes, retention in hours."""

    model_config = _config("KAFKA_")
    bootstrap_servers: Annotated[str, AfterValidator(_addresses)]
    controller_port: int = Port
    events_topic: str
    analytics_topic: str
    batches_topic: str
    events_partitions: int = Field(ge=1)
    events_retention_hours: int = Field(ge=1)
    analytics_retention_hours: int = Field(ge=1)
    max_message_bytes: int = Field(ge=1024)
    heap: str

    @property
    def host(self) -> str:
        return self.bootstrap_servers.split(",")[0].split(":")[0]

    @property
    def port(self) -> int:
        return int(self.bootstrap_servers.split(",")[0].split(":")[1])


class IngestSettings(BaseSettings):
    """The replay: rate in events a second, buffer in events."""

    model_config = _config("INGEST_")
    source: Path
    rate: float = Field(gt=0)
    mode: Literal["rate", "speedup", "original"]
    speedup: float = Field(gt=0)
    seed: int = Field(ge=0)
    catch_up_factor: float = Field(gt=1)
    partition_by: Literal["user_id", "user_session", "product_id", "event_type"]
    delivery_timeout_seconds: int = Field(ge=1)
    buffer_events: int = Field(ge=1)


class StreamSettings(BaseSettings):
    """Windows, limits and triggers of the two streaming jobs."""

    model_config = _config("STREAM_")
    window_seconds: int = Field(ge=1)
    watermark_seconds: int = Field(ge=1)
    max_future_seconds: int = Field(ge=0)
    max_event_bytes: int = Field(ge=1024)
    max_events_per_batch: int = Field(ge=1)
    shuffle_partitions: int = Field(ge=1)
    landing_trigger_seconds: int = Field(ge=1)
    outage_patience_seconds: int = Field(ge=1)
    live_memory: str
    landing_memory: str


class SparkSettings(BaseSettings):
    """Spark master, warehouse and checkpoints (empty = under DATA_DIR), and the Thrift server.

    After a statement was ended its tasks have task_kill_seconds to end too.
    """

    model_config = _config("SPARK_")
    master: str
    warehouse_uri: str
    checkpoint_uri: str
    thrift_host: str
    thrift_port: int = Port
    thrift_memory: str
    load_memory: str
    task_kill_seconds: int = Field(ge=1)


class HBaseSettings(BaseSettings):
    """HBase's ports, the Thrift gateway that clients use, and the life of a window in seconds."""

    model_config = _config("HBASE_")
    thrift_host: str
    thrift_port: int = Port
    zookeeper_port: int = Port
    master_port: int = Port
    regionserver_port: int = Port
    ttl_seconds: int = Field(ge=60)
    salt_buckets: int = Field(ge=0, le=256)
    heap: str
    thrift_heap: str


class SupersetSettings(BaseSettings):
    """The dashboards' web server."""

    model_config = _config("SUPERSET_")
    port: int = Port
    public: bool
    query_seconds: int = Field(ge=1)


class Settings:
    """All groups, read once; raises SettingsError with one line that names the setting."""

    def __init__(self) -> None:
        try:
            self.paths = PathSettings()
            self.versions = VersionSettings()
            self.kafka = KafkaSettings()
            self.ingest = IngestSettings()
            self.stream = StreamSettings()
            self.spark = SparkSettings()
            self.hbase = HBaseSettings()
            self.superset = SupersetSettings()
        except ValidationError as error:
            raise SettingsError(_first_error(error)) from None
        if self.stream.max_future_seconds >= self.stream.watermark_seconds:
            raise SettingsError(
                "STREAM_MAX_FUTURE_SECONDS must be less than STREAM_WATERMARK_SECONDS in .env"
            )

    @property
    def warehouse_uri(self) -> str:
        return self.spark.warehouse_uri or str(self.paths.data / "warehouse")

    def raw_table(self, name: str) -> str:
        """Where a table of raw is kept."""
        return f"{self.warehouse_uri}/raw/{name}"

    @property
    def checkpoint_uri(self) -> str:
        return self.spark.checkpoint_uri or str(self.paths.data / "checkpoints")


def _first_error(error: ValidationError) -> str:
    first = error.errors()[0]
    prefix = error.title.removesuffix("Settings").upper()
    name = str(first["loc"][0]).upper()
    full = name if prefix in ("PATH", "VERSION") else f"{prefix}_{name}"
    value = "" if first["type"] == "missing" else f" (it is {first['input']!r})"
    wrong = first["msg"].removeprefix("Value error, ")
    return f"{full} in .env: {wrong}{value}; correct it there and run the command again"


@lru_cache(maxsize=1)
def load_settings() -> Settings:
    """The settings of this process."""
    return Settings()
