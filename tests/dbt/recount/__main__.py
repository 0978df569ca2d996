"""`make verify-models`: every cell of the reports and profiles against a recount of the raw tables."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError
from rich.console import Console
from rich.table import Table

from settings import Settings, SettingsError, load_settings
from tests.dbt.recount import (
    arrivals,
    calendar,
    events,
    final_windows,
    findings,
    marts,
    profile,
    reports,
    stream,
    walks,
)
from tests.dbt.recount.compare import Expected, Outcome, Row, compare
from tests.dbt.recount.journeys import Journeys

SHOWN = 5


def expectations(database: duckdb.DuckDBPyConnection, settings: Settings) -> Iterator[Expected]:
    """What every model should hold, the findings last: they are written from the others."""
    journeys = Journeys(database)
    made = [
        marts.sessions(journeys),
        marts.users(journeys),
        marts.carts(journeys),
        marts.orders(journeys),
        marts.daily_metrics(database, journeys),
        final_windows.windows(database, settings),
        profile.columns(database),
        profile.completeness(database),
        profile.event_types(database),
        profile.price_bands(database),
        profile.cardinality(database),
        profile.price_anomalies(database),
        profile.user_behaviour(journeys),
        stream.duplicates(database),
        stream.timeliness(database, settings),
        stream.schema(database),
        walks.funnel(journeys),
        *reports.first_versions(database),
        reports.brands(database, journeys),
        reports.categories(database, journeys),
        reports.price_bands(database),
        reports.champions(database),
        walks.times_to_purchase(journeys),
        walks.outcomes(journeys),
        walks.cart_abandonment(journeys),
        stream.reconciliation(database, settings),
        calendar.sales_by_day(database),
        calendar.activity_by_hour(database),
        calendar.usual_hours(database),
        arrivals.rejected_events(database),
        arrivals.freshness(database, journeys),
    ]
    made.append(calendar.funnel_steps(next(one for one in made if one.model.endswith("funnel"))))
    yield from made
    yield findings.insights({one.model.split(".")[1]: one.rows for one in made})


def read_model(warehouse: Path, name: str) -> list[Row]:
    """The rows of a model's Delta table, read without Spark."""
    schema, relation = name.split(".")
    rows: list[Row] = (
        DeltaTable(str(warehouse / f"{schema}.db" / relation)).to_pyarrow_table().to_pylist()
    )
    return rows


def _show(outcomes: list[Outcome], console: Console) -> None:
    table = Table("model", "rows", "cells", "different")
    for outcome in outcomes:
        counts = (outcome.row_count, outcome.cell_count, len(outcome.differences))
        table.add_row(outcome.model, *(f"{count:,}" for count in counts))
    console.print(table)
    for outcome in outcomes:
        for difference in outcome.differences[:SHOWN]:
            console.print(difference, markup=False)


def run(target: str, console: Console) -> int:
    """0 when every cell agrees, 1 when one differs."""
    settings = load_settings()
    raw = Path(settings.warehouse_uri.removeprefix("file:"))
    warehouse = raw if target == "thrift" else settings.paths.data / "spark-session" / "warehouse"
    outcomes = []
    with Console(stderr=True).status("counting the raw tables") as status:
        for expected in expectations(events.load(raw / "raw"), settings):
            status.update(f"comparing {expected.model}")
            outcomes.append(compare(expected, read_model(warehouse, expected.model)))
    _show(outcomes, console)
    different = sum(len(outcome.differences) for outcome in outcomes)
    cells = sum(outcome.cell_count for outcome in outcomes)
    console.print(f"{cells:,} cells of {len(outcomes)} models, {different:,} different")
    return int(different > 0)


def main() -> int:
    """As run; 2 when there is nothing to compare."""
    parser = argparse.ArgumentParser(prog="python -m tests.dbt.recount", description=__doc__)
    parser.add_argument("--target", choices=("thrift", "session"), default="thrift")
    try:
        return run(parser.parse_args().target, Console())
    except (SettingsError, TableNotFoundError) as error:
        print(f'error: {error}: run "make load" and "make models" first', file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
