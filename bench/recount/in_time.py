"""Which message the live query took in time, by what it wrote down itself. Pure."""

from bisect import bisect_right

from bench.recount.ledger import Query


class Bounds:
    """The event time (ms since 1970) that a message had to be past, by its place; of the newest query.

    A message of batch n is judged by the watermark of the batch before it.
    """

    def __init__(self, queries: list[Query]) -> None:
        self._ends: dict[int, list[int]] = {}
        self._marks: dict[int, list[int]] = {}
        mark = 0
        for batch in queries[-1].batches if queries else []:
            for partition, end in batch.ends.items():
                self._ends.setdefault(partition, []).append(end)
                self._marks.setdefault(partition, []).append(mark)
            mark = batch.watermark_ms

    def is_late(self, partition: int, offset: int, event_time_ms: float) -> bool:
        """Whether it came too late to be counted; False while no batch has it."""
        place = bisect_right(self._ends.get(partition, []), offset)
        marks = self._marks.get(partition, [])
        return place < len(marks) and event_time_ms <= marks[place]
