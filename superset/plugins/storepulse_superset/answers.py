"""Answers that are computed once for all who look, those of the stream before anybody asks.

A page that refreshes sends all its questions at once, the same each time, and so do the pages of
others. What an answer costs (rights, statement, drawing up) is paid by a keeper in the background;
a question that is kept is answered at once.
"""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

ROUND_SECONDS = 0.2
WATCHED_SECONDS = 5.0  # a question that nobody repeats for so long is computed no more
BREATH_SECONDS = 0.002
PAUSE_SECONDS = 0.1  # at least, when one round takes longer
MOST_KEPT = 500


@dataclass(frozen=True)
class Question:
    """`key` is all that the answer depends on, the user among it; `details` what is needed to ask."""

    key: Hashable
    details: Any


@dataclass(frozen=True)
class Keeping:
    """`fresh_seconds`: how old a kept answer may be; `renewed_after_seconds`: when it is computed ahead, if ever."""

    fresh_seconds: float
    renewed_after_seconds: float = float("inf")


# Never older than a window.
OF_THE_STREAM = Keeping(fresh_seconds=2.0, renewed_after_seconds=1.2)
# Superset keeps what Spark said for 30 s as well: together a minute.
OF_HISTORY = Keeping(fresh_seconds=30.0)


@dataclass(frozen=True)
class Answer:
    """`keeping`: none for a refusal, or for what is asked only once."""

    content: Any
    keeping: Keeping | None


@dataclass
class _Kept:
    question: Question
    asked_at: float
    answer: Answer | None = None
    computed_at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def age(self, now: float) -> float:
        """Seconds since the computation of the answer began."""
        return now - self.computed_at

    def known(self, now: float) -> Answer | None:
        """The answer, if it may still be given."""
        keeping = self.answer.keeping if self.answer else None
        return self.answer if keeping and self.age(now) <= keeping.fresh_seconds else None

    def is_due(self, now: float) -> bool:
        """Whether it is to be computed ahead."""
        keeping = self.answer.keeping if self.answer else None
        return keeping is not None and self.age(now) >= keeping.renewed_after_seconds

    def is_over(self, now: float) -> bool:
        """Nobody looks and it may not be given any more: nothing is lost with it."""
        is_watched = now - self.asked_at <= WATCHED_SECONDS
        return self.answer is not None and not is_watched and self.known(now) is None


def in_a_thread(work: Callable[[], None]) -> None:
    """Run beside the requests; under gevent that is a greenlet."""
    threading.Thread(target=work, name="answers", daemon=True).start()


class Keeper:
    """`answer()` gives what is known and fresh, else asks; what follows the stream is asked again in time."""

    def __init__(
        self,
        ask: Callable[[Question], Answer],
        clock: Callable[[], float] = time.monotonic,
        start: Callable[[Callable[[], None]], None] = in_a_thread,
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._start = start
        self._lock = threading.Lock()
        self._kept: dict[Hashable, _Kept] = {}
        self._is_at_work = False

    def answer(self, question: Question) -> Answer:
        """No older than its keeping allows; the same question is never computed twice at a time."""
        now = self._clock()
        with self._lock:
            if question.key not in self._kept and len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            kept = self._kept.setdefault(question.key, _Kept(question, now))
            kept.asked_at, kept.question = now, question
        # Nobody waits for the keeper while what is known is fresh.
        return kept.known(now) or self._compute_alone(kept)

    def _compute_alone(self, kept: _Kept) -> Answer:
        with kept.lock:
            # Whoever waited for the lock finds the work done.
            return kept.known(self._clock()) or self._compute(kept)

    def _compute(self, kept: _Kept) -> Answer:
        started = self._clock()
        try:
            answer = self._ask(kept.question)
        except BaseException:
            self._forget(kept)
            raise
        if answer.keeping:
            # Its age counts from the start: what was read is of then.
            kept.answer, kept.computed_at = answer, started
            self._go_to_work()
        else:
            self._forget(kept)
        return answer

    def _forget(self, kept: _Kept) -> None:
        kept.answer = None
        with self._lock:
            self._kept.pop(kept.question.key, None)

    def _go_to_work(self) -> None:
        with self._lock:
            if self._is_at_work:
                return
            self._is_at_work = True
        self._start(self._work)

    def _work(self) -> None:
        try:
            while self._has_work():
                started = self._clock()
                self.renew()
                time.sleep(max(PAUSE_SECONDS, started + ROUND_SECONDS - self._clock()))
        except BaseException:
            # Whatever ended it: the next answer begins it again.
            self._is_at_work = False
            raise

    def _has_work(self) -> bool:
        with self._lock:
            self._is_at_work = bool(self._kept)
            return self._is_at_work

    def renew(self) -> None:
        """Compute the answers again that somebody still looks at and will soon be old; forget the others."""
        with self._lock:
            found = list(self._kept.values())
        for kept in found:
            now = self._clock()
            if kept.is_over(now):
                self._forget(kept)
            elif kept.is_due(now) and now - kept.asked_at <= WATCHED_SECONDS:
                self._renew(kept)
                # Under gevent only a sleep lets the requests that came meanwhile be answered.
                time.sleep(BREATH_SECONDS)

    def _renew(self, kept: _Kept) -> None:
        try:
            with kept.lock:
                self._compute(kept)
        except Exception:  # whatever it was: who asks next is told
            return
