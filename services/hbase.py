"""HBase in one process (ZooKeeper, master, region server) and its Thrift gateway, which clients use."""

import socket
from pathlib import Path

from hbase.store import HBaseStore
from hbase.tables import WINDOW_TABLES
from services.service import Service, write_hadoop_xml, write_properties
from settings import Settings

OPENED = (
    *("java.base/java.io", "java.base/java.nio", "java.base/sun.nio.ch", "java.base/java.lang"),
    *("java.base/jdk.internal.ref", "java.base/java.lang.reflect", "java.base/java.util"),
    "java.base/java.util.concurrent",
)
EXPORTED = (
    *("java.base/jdk.internal.misc", "java.base/sun.net.dns", "java.base/sun.net.util"),
    "java.security.jgss/sun.security.krb5",
)


def _folder(settings: Settings) -> Path:
    return settings.paths.data / "hbase"


def _java(settings: Settings, heap: str, *command: str) -> list[str]:
    modules = [f"--add-opens={name}=ALL-UNNAMED" for name in OPENED]
    modules += [f"--add-exports={name}=ALL-UNNAMED" for name in EXPORTED]
    netty = "-Dorg.apache.hbase.thirdparty.io.netty.tryReflectionSetAccessible=true"
    class_path = f"{_folder(settings)}/conf:{settings.paths.jars}/hbase/*"
    options = [f"-Xmx{heap}", "-XX:+UseSerialGC", netty, "--add-modules=jdk.unsupported", *modules]
    return ["java", *options, "-cp", class_path, *command]


def site(settings: Settings) -> dict[str, object]:
    """hbase-site.xml; every address is loopback."""
    hbase, folder = settings.hbase, _folder(settings)
    return {
        "hbase.cluster.distributed": "false",
        "hbase.rootdir": f"file://{folder}/data",
        "hbase.tmp.dir": folder / "tmp",
        "hbase.unsafe.stream.capability.enforce": "false",
        "hbase.wal.provider": "filesystem",
        # The default file system keeps checksums and does not sync the log: a kill would lose puts.
        "fs.file.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
        "hbase.zookeeper.property.dataDir": folder / "zookeeper",
        "hbase.zookeeper.property.clientPort": hbase.zookeeper_port,
        "hbase.zookeeper.property.clientPortAddress": "127.0.0.1",
        "hbase.zookeeper.property.tickTime": 6000,
        "hbase.zookeeper.quorum": "127.0.0.1",
        # The default of 10 s ends the server when the machine pauses for longer.
        "zookeeper.session.timeout.localHBaseCluster": 120000,
        "hbase.localcluster.assign.random.ports": "false",
        "hbase.master.hostname": "localhost",
        "hbase.regionserver.hostname": "localhost",
        "hbase.master.ipc.address": "127.0.0.1",
        "hbase.regionserver.ipc.address": "127.0.0.1",
        "hbase.master.port": hbase.master_port,
        "hbase.regionserver.port": hbase.regionserver_port,
        "hbase.master.info.port": -1,
        "hbase.regionserver.info.port": -1,
        "hbase.thrift.info.port": -1,
        "hbase.regionserver.thrift.port": hbase.thrift_port,
        "hbase.regionserver.thrift.ipaddress": hbase.thrift_host,
        "hbase.thrift.server.socket.read.timeout": 600000,
        "hbase.regionserver.handler.count": 6,
        "hbase.regionserver.global.memstore.size": 0.25,
        # A quarter of the default: an hour of windows stays no hour in memory, and a kill leaves less log to replay.
        "hbase.hregion.memstore.flush.size": 32 * 1024**2,
        "hfile.block.cache.size": 0.3,
    }


LOGGING = {
    "log4j.rootLogger": "WARN,console",
    "log4j.logger.org.apache.hadoop.hbase.master.HMaster": "INFO",
    "log4j.appender.console": "org.apache.log4j.ConsoleAppender",
    "log4j.appender.console.layout": "org.apache.log4j.PatternLayout",
    "log4j.appender.console.layout.ConversionPattern": "%d{ISO8601} %p %c{1}: %m%n",
}


def prepare(settings: Settings) -> None:
    """Write the configuration that both processes read."""
    write_hadoop_xml(_folder(settings) / "conf" / "hbase-site.xml", site(settings))
    write_properties(_folder(settings) / "conf" / "log4j.properties", LOGGING)


def probe_master(settings: Settings) -> None:
    """Master and region server accept connections; the gateway's tables() asks the rest."""
    for port in (settings.hbase.master_port, settings.hbase.regionserver_port):
        socket.create_connection(("127.0.0.1", port), timeout=2).close()


def _store(settings: Settings, patience_seconds: float) -> HBaseStore:
    hbase = settings.hbase
    return HBaseStore(
        hbase.thrift_host,
        hbase.thrift_port,
        salt_buckets=hbase.salt_buckets,
        patience_seconds=patience_seconds,
    )


def probe_gateway(settings: Settings) -> None:
    """tables() through the gateway."""
    store = _store(settings, patience_seconds=1)
    try:
        store.ping()
    finally:
        store.close()


def ensure_tables(settings: Settings) -> None:
    """Create the tables that do not exist yet."""
    store = _store(settings, patience_seconds=30)
    try:
        store.ensure_tables(settings.hbase.ttl_seconds)
    finally:
        store.close()


def recreate_windows(settings: Settings) -> None:
    """Drop the tables that the live query fills, and create them empty; reports stay."""
    store = _store(settings, patience_seconds=30)
    try:
        store.drop([*sorted(WINDOW_TABLES), "stream_state"])
        store.ensure_tables(settings.hbase.ttl_seconds)
    finally:
        store.close()


def services(settings: Settings) -> list[Service]:
    """HBase, then its gateway."""
    hbase = settings.hbase
    master = "org.apache.hadoop.hbase.master.HMaster"
    gateway = "org.apache.hadoop.hbase.thrift.ThriftServer"
    return [
        Service(
            name="hbase",
            command=_java(settings, hbase.heap, master, "start"),
            ports={
                "HBASE_ZOOKEEPER_PORT": hbase.zookeeper_port,
                "HBASE_MASTER_PORT": hbase.master_port,
                "HBASE_REGIONSERVER_PORT": hbase.regionserver_port,
            },
            prepare=prepare,
            probe=probe_master,
            ready_seconds=120,
            stop_seconds=30,
        ),
        Service(
            name="hbase-thrift",
            command=_java(settings, hbase.thrift_heap, gateway, "start"),
            ports={"HBASE_THRIFT_PORT": hbase.thrift_port},
            probe=probe_gateway,
            finish=ensure_tables,
            ready_seconds=90,
            needs=("hbase",),
        ),
    ]
