"""The connection of a producer to Kafka, which waits for a broker that does not answer."""

from kafka.net.compat import KafkaNetClient

PAUSE_MS = 50.0


class PatientClient(KafkaNetClient):
    """A client under which a producer takes no core while its broker is away or has enough to do.

    How long the producer lets its thread sleep is what this client says of a broker that takes no more requests
    now (kafka/producer/sender.py of kafka-python 3.0, which reads it as milliseconds): 0 when five are unanswered,
    and seconds when the connection is broken. It would ask without a pause. An answer, or
    something to send, ends the sleep at once.
    """

    def connection_delay(self, node_id: int | str) -> float:
        """Milliseconds until this broker is worth another look; at least PAUSE_MS."""
        return max(PAUSE_MS, 1000 * super().connection_delay(node_id))
