"""Events as CSV text: whole columns at a time, joined by Arrow into one buffer."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data.generator.calendar import DAY
from data.generator.catalogue import Catalogue
from data.generator.journeys import TYPES, Events
from data.generator.names import SessionNames

HEADER = (
    "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n"
)


class Lines:
    """Writes events of one catalogue."""

    def __init__(self, catalogue: Catalogue, names: SessionNames) -> None:
        self._names = names
        self._products = pa.array(catalogue.texts)
        self._seconds = pa.array(
            f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d} UTC,"
            for second in range(DAY)
        )
        self._types = pa.array([f"{name}," for name in TYPES])

    def text(self, events: Events) -> bytes:
        """One line for each event."""
        if not len(events.at):
            return b""
        columns = (
            self._days(events.at),
            self._seconds.take(pa.array(events.at % DAY)),
            self._types.take(pa.array(events.kind)),
            self._products.take(pa.array(events.product)),
            pa.array(events.user).cast(pa.string()),
            self._names.texts(events.visit),
        )
        lines = pc.binary_join_element_wise(*columns, "")
        # the characters of all lines follow each other in one buffer
        _, offsets, characters = lines.buffers()
        end = int(np.frombuffer(offsets, np.int32)[len(lines)])
        return characters.slice(0, end).to_pybytes()

    @staticmethod
    def _days(at: NDArray[np.int64]) -> pa.Array:
        days, places = np.unique(at // DAY, return_inverse=True)
        texts = [f"{datetime.fromtimestamp(day * DAY, UTC):%Y-%m-%d} " for day in days.tolist()]
        return pa.array(texts).take(pa.array(places))
