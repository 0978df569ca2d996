"""Answers that are computed again before the page asks: once a second for all who look, not once for each.

A page that refreshes sends all its questions at once, the same each time, and so do the pages of
others. What an answer costs (rights, statement, drawing up) is paid by a keeper in the background;
a question that is kept is answered at once.
"""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

PERIOD_SECONDS = 1.0
WATCHED_SECONDS = 5.0  # a question that nobody repeats for so long is forgotten
FRESH_SECONDS = 2.0  # an answer is never older than a window; the keeper makes that one second
BREATH_SECONDS = 0.002
PAUSE_SECONDS = 0.1  # at least, when one round takes longer than the period


@dataclass(frozen=True)
class Question:
    """`key` is all that the answer depends on, the user among it; `details` what is needed to ask."""

    key: Hashable
    details: Any


@dataclass(frozen=True)
class Answer:
    """`is_kept`: it is good and follows the stream, so it is worth computing ahead."""

    content: Any
    is_kept: bool


@dataclass
class _Kept:
    question: Question
    asked_at: float
    answer: Answer | None = None
    computed_at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


def in_a_thread(work: Callable[[], None]) -> None:
    """Run beside the requests; under gevent that is a greenlet."""
    threading.Thread(target=work, name="answers", daemon=True).start()


class Keeper:
    """`answer()` gives what is known and fresh, else asks; what is kept is asked again each second."""

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
        """At most FRESH_SECONDS old; the same question is never computed twice at a time."""
        now = self._clock()
        with self._lock:
            kept = self._kept.setdefault(question.key, _Kept(question, now))
            kept.asked_at, kept.question = now, question
        # Nobody waits for the keeper while what is known is fresh.
        return self._known(kept) or self._compute_alone(kept)

    def _known(self, kept: _Kept) -> Answer | None:
        is_fresh = self._clock() - kept.computed_at <= FRESH_SECONDS
        return kept.answer if is_fresh else None

    def _compute_alone(self, kept: _Kept) -> Answer:
        with kept.lock:
            # Whoever waited for the lock finds the work done.
            return self._known(kept) or self._compute(kept)

    def _compute(self, kept: _Kept) -> Answer:
        started = self._clock()
        try:
            answer = self._ask(kept.question)
        except BaseException:
            self._forget(kept)
            raise
        if answer.is_kept:
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
        while True:
            started = self._clock()
            self.renew()
            with self._lock:
                if not self._kept:
                    self._is_at_work = False
                    return
            time.sleep(max(PAUSE_SECONDS, started + PERIOD_SECONDS - self._clock()))

    def renew(self) -> None:
        """Compute every answer again that somebody still looks at; forget the others."""
        with self._lock:
            found = list(self._kept.values())
        for kept in found:
            if self._clock() - kept.asked_at > WATCHED_SECONDS:
                self._forget(kept)
                continue
            with kept.lock:
                self._renew(kept)
            # Under gevent only a sleep lets the requests that came meanwhile be answered.
            time.sleep(BREATH_SECONDS)

    def _renew(self, kept: _Kept) -> None:
        try:
            self._compute(kept)
        except Exception:  # whatever it was: who asks next is told
            return
