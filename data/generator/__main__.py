"""`python -m data.generator`: makes an event file of the given size and seed."""

import argparse
import logging
from datetime import UTC, datetime
from pathlib import Path

from data.generator.writer import make_lines, write

FIRST_EVENT = "2020-09-24T11:57:06"
log = logging.getLogger("generator")


def main() -> None:
    """Make the file that the arguments ask for."""
    arguments = _parser().parse_args()
    write(make_lines(arguments.rows, arguments.seed, arguments.start), arguments.out)
    size = arguments.out.stat().st_size
    log.info("%s: %d rows, %d bytes, seed %d", arguments.out, arguments.rows, size, arguments.seed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m data.generator", description=__doc__)
    add = parser.add_argument
    add("--rows", type=_row_count, default=20_000, help="rows without the header (%(default)s)")
    add("--seed", type=int, default=7, help="the same seed gives the same bytes (%(default)s)")
    add("--out", type=Path, default=Path("data/sample/events.csv.gz"), help="file (%(default)s)")
    add("--start", type=_instant, default=FIRST_EVENT, help="first instant, UTC (%(default)s)")
    return parser


def _row_count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"at least 1 row, not {count}")
    return count


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    main()
