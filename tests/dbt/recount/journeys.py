"""What each session, user, cart and order did, walked through event by event."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import duckdb

HOUR = 3_600_000_000
VISIT_GAP, ORDER_GAP, ABANDONED_AFTER = HOUR // 2, HOUR // 60, 24 * HOUR


@dataclass
class Walk:
    """The events of one session or user: (microseconds, type, product, cents), in the order of time."""

    user_id: str
    user_session: str | None = None
    events: list[tuple[int, str, str, int]] = field(default_factory=list)

    def times(self, kind: str, product: str | None = None) -> list[int]:
        return [
            at for at, what, which, _ in self.events if what == kind and product in (None, which)
        ]

    def left(self, product: str) -> int:
        """How many of a product are in the cart at the end; at equal times it was put in first."""
        changes = [(at, 1) for at in self.times("cart", product)]
        changes += [(at, 2) for at in self.times("remove_from_cart", product)]
        left = 0
        for _, change in sorted(changes):
            left = left + 1 if change == 1 else max(left - 1, 0)
        return left

    def count(self, kind: str) -> int:
        return sum(what == kind for _, what, _, _ in self.events)

    def spent(self) -> int:
        return sum(cents for _, what, _, cents in self.events if what == "purchase")

    @property
    def first(self) -> int:
        return self.events[0][0]

    @property
    def last(self) -> int:
        return self.events[-1][0]

    def steps(self, product: str | None = None) -> tuple[int | None, int | None, int | None]:
        """First view, first cart not before it, first purchase not before that."""
        view = first_from(self.times("view", product), 0)
        cart = first_from(self.times("cart", product), view)
        return view, cart, first_from(self.times("purchase", product), cart)


def first_from(times: Iterable[int], begin: int | None) -> int | None:
    """The first time that is not before `begin`; None without a beginning."""
    return None if begin is None else min((at for at in times if at >= begin), default=None)


@dataclass(frozen=True)
class Cart:
    walk: Walk
    status: str
    bought_at: int | None
    product_count: int
    added_count: int
    removed_count: int
    left_count: int
    added_cents: int


@dataclass
class Order:
    session_id: str
    number: int
    items: list[tuple[int, str, int, str | None, str]]  # at, product, cents, brand, category


class Journeys:
    """All walks of the business events."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self.sessions: dict[str, Walk] = {}
        self.users: dict[str, Walk] = {}
        rows = database.execute(
            "select session_id, user_id, user_session, micros, event_type, product_id, price "
            "from business order by micros"
        ).fetchall()
        for session_id, user_id, user_session, *event in rows:
            walk = self.sessions.setdefault(session_id, Walk(user_id, user_session))
            walk.events.append(tuple(event))
            self.users.setdefault(user_id, Walk(user_id)).events.append(tuple(event))
        self.newest = max((walk.last for walk in self.sessions.values()), default=0)
        self.orders = self._orders(database)

    def _orders(self, database: duckdb.DuckDBPyConnection) -> list[Order]:
        rows = database.execute(
            "select session_id, micros, product_id, price, brand, ifnull(category_code, 'uncategorized') "
            "from business where event_type = 'purchase' order by session_id, micros"
        ).fetchall()
        orders: list[Order] = []
        for session_id, *item in rows:
            last = orders[-1] if orders else None
            if last is None or last.session_id != session_id:
                orders.append(Order(session_id, 1, []))
            elif item[0] - last.items[-1][0] > ORDER_GAP:
                orders.append(Order(session_id, last.number + 1, []))
            orders[-1].items.append(tuple(item))
        return orders

    def visits(self, user: Walk) -> int:
        """How often the user came, by silence."""
        times = [at for at, *_ in user.events]
        pauses = pairwise(times)
        return 1 + sum(after - before > VISIT_GAP for before, after in pauses)

    def cart(self, walk: Walk) -> Cart | None:
        """The cart of a session; None when nothing was put in."""
        put_in: dict[str, list[int]] = defaultdict(list)
        for at, what, product, _ in walk.events:
            if what == "cart":
                put_in[product].append(at)
        if not put_in:
            return None
        taken = {
            product: sum(at >= times[0] for at in walk.times("remove_from_cart", product))
            for product, times in put_in.items()
        }
        left = sum(walk.left(product) for product in put_in)
        begin = min(times[0] for times in put_in.values())
        bought_at = first_from(walk.times("purchase"), begin)
        if bought_at is not None:
            status = "bought"
        elif left == 0:
            status = "emptied"
        else:
            status = "abandoned" if walk.last + ABANDONED_AFTER <= self.newest else "open"
        added = sum(cents for _, what, _, cents in walk.events if what == "cart")
        counts = (len(put_in), sum(map(len, put_in.values())), sum(taken.values()), left, added)
        return Cart(walk, status, bought_at, *counts)
