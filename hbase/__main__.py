"""`python -m hbase ensure | scan`: create the tables, and look into them."""

import argparse
import csv
import json
import logging
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from hbase.publish import publish
from hbase.store import HBaseError, HBaseStore, text_cells
from hbase.tables import TABLES_BY_NAME, WINDOW_TABLES
from settings import SettingsError, load_settings

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
PATIENCE_SECONDS = 5
NOT_FOR_PEOPLE = ("updated_at",)  # in json and csv; too wide beside the numbers on a terminal
SUMMED = ("views", "carts", "purchases", "removals")


class UsageError(Exception):
    """An argument that cannot be understood; the message says what is allowed."""


class Parser(argparse.ArgumentParser):
    """Says a mistake in one line, as everything else here does."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message)


def duration(text: str) -> timedelta:
    """`30s`, `5m`, `2h`, `1d`."""
    found = re.fullmatch(r"([0-9]{1,8})([smhd])", text)
    if not found:
        raise UsageError(f"{text!r} is no duration: write 30s, 5m, 2h or 1d")
    return timedelta(seconds=int(found[1]) * UNITS[found[2]])


def moment(text: str) -> datetime:
    """An ISO 8601 time; UTC where it names no zone."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{text!r} is no time: write 2026-01-31T12:00:00Z") from None


def bounds(arguments: argparse.Namespace, now: datetime) -> tuple[datetime, datetime]:
    """The asked range of window starts."""
    if arguments.start is None and arguments.end is None:
        # Windows of events a few seconds ahead of the clock belong to the last minutes too.
        last, ahead = duration(arguments.last or "5m"), timedelta(minutes=1)
        try:
            return now - last, now + ahead
        except OverflowError:
            raise UsageError(f"{arguments.last!r} is longer than the calendar") from None
    if arguments.last is not None:
        raise UsageError("--last and --from or --to exclude each other")
    start = now - timedelta(days=3650) if arguments.start is None else moment(arguments.start)
    end = now + timedelta(days=3650) if arguments.end is None else moment(arguments.end)
    if start >= end:
        raise UsageError("--from must be before --to")
    return start, end


def read(store: HBaseStore, arguments: argparse.Namespace) -> list[dict[str, str]]:
    """The rows asked for, oldest first unless newest are wanted first."""
    name = arguments.table
    if name not in TABLES_BY_NAME:
        raise UsageError(f"{name!r} is no table: use one of {', '.join(TABLES_BY_NAME)}")
    if arguments.limit is not None and arguments.limit < 1:
        raise UsageError(f"--limit {arguments.limit}: at least 1 row")
    if name in WINDOW_TABLES:
        rows = store.scan_windows(name, *bounds(arguments, datetime.now(UTC)))
    else:
        rows = [
            {"row": key.decode(errors="replace")} | text_cells(cells)
            for key, cells in store.scan(name)
        ]
    if arguments.newest_first:
        rows.reverse()
    return rows[: arguments.limit] if arguments.limit else rows


def columns_of(name: str) -> list[str]:
    """The columns of an answer, in the order in which they are shown."""
    if name not in WINDOW_TABLES:
        return ["row", *TABLES_BY_NAME[name].columns]
    value = [] if name == "event_counts" else ["value"]
    return ["window_started_at", *value, *TABLES_BY_NAME[name].columns]


def show(name: str, rows: list[dict[str, str]], form: str) -> None:
    """Print rows for people (table) or scripts (json, csv)."""
    columns = columns_of(name)
    if form == "json":
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    elif form == "csv":
        writer = csv.DictWriter(sys.stdout, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    else:
        _show_table(columns, rows)


def _plain(text: str) -> Text:
    # Text, not a string: a brand "[red]" is no markup, and no brand may steer the terminal.
    return Text("".join(sign if sign.isprintable() else "\ufffd" for sign in text))


def _whole(text: str) -> int:
    return int(text) if re.fullmatch(r"-?[0-9]+", text) else 0


def _show_table(columns: list[str], rows: list[dict[str, str]]) -> None:
    columns = [column for column in columns if column not in NOT_FOR_PEOPLE or "row" in columns]
    table = RichTable(box=None)
    for column in columns:
        is_text = column in ("window_started_at", "value", "row", "updated_at", "watermark")
        table.add_column(column, justify="left" if is_text else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(_plain(row.get(column, "")) for column in columns))
    # A pipe has no width: it gets whole lines.
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    sums = {
        name: sum(_whole(row.get(name, "")) for row in rows) for name in SUMMED if name in columns
    }
    totals = ", ".join(f"{total:,} {name}" for name, total in sums.items())
    print(f"{len(rows):,} rows" + (f": {totals}" if totals else ""))


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m hbase", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("ensure", help="create the tables that are missing")
    commands.add_parser("publish", help="the brand report of dbt into brand_analytics")
    scan = commands.add_parser("scan", help="print rows of a table")
    scan.add_argument("table", help=", ".join(TABLES_BY_NAME))
    scan.add_argument("--last", help="30s, 5m, 2h (default 5m)")
    scan.add_argument("--from", dest="start", help="first window start, ISO 8601")
    scan.add_argument("--to", dest="end", help="end, not included, ISO 8601")
    scan.add_argument("--limit", type=int)
    scan.add_argument("--newest-first", action="store_true")
    scan.add_argument("--format", choices=("table", "json", "csv"), default="table")
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Carry out one command; the exit code."""
    settings = load_settings().hbase
    store = HBaseStore(
        settings.thrift_host,
        settings.thrift_port,
        salt_buckets=settings.salt_buckets,
        patience_seconds=PATIENCE_SECONDS,
    )
    try:
        if arguments.command == "ensure":
            created = store.ensure_tables(settings.ttl_seconds)
            print(f"created: {', '.join(created) or 'nothing, all tables were there'}")
        elif arguments.command == "publish":
            written, removed = publish(load_settings(), store)
            print(f"brand_analytics: {written:,} brands, {removed:,} removed")
        else:
            show(arguments.table, read(store, arguments), arguments.format)
    finally:
        store.close()
    return 0


def main(argv: list[str] | None = None) -> int:
    """Arguments in, exit code out; a mistake is one line."""
    try:
        arguments = _parser().parse_args(argv)
        if arguments.command == "scan":
            # The patience is short, and the one line at its end says all.
            logging.basicConfig(level=logging.ERROR)
        return run(arguments)
    except (UsageError, SettingsError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except HBaseError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # `| head` has read enough; Python must not complain about it again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
