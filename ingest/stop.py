"""What SIGINT and SIGTERM do, from the first moment of the process on; only the standard library is needed."""

import os
import signal
from types import FrameType

NOTHING_SENT = b"error: interrupted before the first event\n"


class Stop:
    """Before the first event a signal ends the process at once; later the first one only asks to stop."""

    def __init__(self) -> None:
        self.requested = False
        self._is_sending = False

    def install(self) -> None:
        """Take over both signals."""
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)

    def start_sending(self) -> None:
        """From now on something is lost if the process ends at once."""
        self._is_sending = True

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        # sys.exit would wait for the client, which connects or flushes, and talks while it dies
        if not self._is_sending:
            os.write(2, NOTHING_SENT)
            os._exit(128 + number)
        if self.requested:
            os._exit(128 + number)
        self.requested = True
