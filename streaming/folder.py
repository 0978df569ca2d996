"""EDGE Hadoop's file systems: a checkpoint's folder, wherever CHECKPOINT_URI puts it."""

from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession


class UnreadableError(Exception):
    """A file is missing or damaged; the message is what the file system says of it."""


def java_line(error: Py4JJavaError) -> str:
    """The first line of what Java says; py4j's own first line names only the call."""
    return str(error.java_exception.toString()).splitlines()[0][:500]


class Folder:
    """Reads, writes and moves files below one folder; names are relative to it."""

    def __init__(self, spark: SparkSession, uri: str) -> None:
        self._jvm: Any = spark._jvm
        self._configuration: Any = spark.sparkContext._jsc.hadoopConfiguration()  # type: ignore[union-attr]
        self.uri = uri

    def _path(self, name: str = "") -> Any:
        return self._jvm.org.apache.hadoop.fs.Path(f"{self.uri}/{name}" if name else self.uri)

    def _system(self) -> Any:
        return self._path().getFileSystem(self._configuration)

    def exists(self, name: str = "") -> bool:
        """Whether the folder, or a file below it, is there."""
        return bool(self._system().exists(self._path(name)))

    def read(self, name: str) -> str:
        """The text of a file; raises UnreadableError when it is missing or its checksum is wrong."""
        try:
            stream = self._system().open(self._path(name))
            try:
                return str(self._jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8"))
            finally:
                stream.close()
        except Py4JJavaError as error:
            raise UnreadableError(java_line(error)) from error

    def names(self, name: str) -> list[str]:
        """What a folder below holds, hidden files left out; empty when it is not there."""
        if not self.exists(name):
            return []
        found = (
            status.getPath().getName() for status in self._system().listStatus(self._path(name))
        )
        return [str(each) for each in found if not str(each).startswith(".")]

    def write(self, name: str, text: str) -> None:
        """Write a file, the folders above it too; one of the same name is replaced."""
        stream = self._system().create(self._path(name), True)
        try:
            stream.write(bytearray(text.encode()))
        finally:
            stream.close()

    def delete(self) -> None:
        """Delete the folder with all it holds; nothing happens when it is not there."""
        self._system().delete(self._path(), True)

    def move_to(self, uri: str) -> None:
        """Rename the folder; raises UnreadableError when that is not possible."""
        target = self._jvm.org.apache.hadoop.fs.Path(uri)
        if not self._system().rename(self._path(), target):
            raise UnreadableError(f"{self.uri} cannot be renamed to {uri}")
        self.uri = uri
