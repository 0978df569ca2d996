"""`python -m data.generator`: makes an event file of the given size and seed, or a shop that lives."""

import argparse
import logging
import sys
import time
from pathlib import Path

from data.generator.incidents import IncidentError, parse_incident
from data.generator.live import LiveShop
from data.generator.presets import names, preset
from data.generator.shop import Shop
from data.generator.text import HEADER
from data.generator.writer import QUICK, SMALL, write

OPENING_SECONDS = 3
log = logging.getLogger("generator")


def main() -> int:
    """Make what the arguments ask for; the exit code."""
    parser = _parser()
    found = parser.parse_args()
    try:
        if found.live:
            live(found)
        elif found.out:
            make(found)
        else:
            parser.error("say where to with --out, or --live RATE")
    except IncidentError as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(f"{found.out} cannot be written: {error.strerror or error}")
    except KeyboardInterrupt:
        return 130
    return 0


def make(found: argparse.Namespace) -> None:
    """A file, and on the terminal what it is."""
    shop = Shop(preset(found.preset), found.seed, found.rows)
    done = write(shop.texts(), found.out, found.head, SMALL if found.small else QUICK)
    log.info(
        "%s: %d rows of %s, seed %d, sha256 of the text %s",
        *(found.out, done.rows, found.preset, found.seed, done.sha256),
    )


def live(found: argparse.Namespace) -> None:
    """Lines on stdout, each at the time that it carries, until somebody stops it."""
    started_at = time.time() + OPENING_SECONDS
    shop = LiveShop(preset(found.preset), found.seed, found.live, started_at)
    shop.expect(parse_incident(text, started_at) for text in found.incident)
    sys.stdout.write(HEADER)
    for count, due in enumerate(shop.rows(), start=1):
        if due.at > time.time():
            sys.stdout.flush()
            time.sleep(max(0.0, due.at - time.time()))
        sys.stdout.write(",".join(due.row.values()) + "\n")
        if count == found.head:
            return


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m data.generator", description=__doc__)
    add = parser.add_argument
    add("--preset", choices=names(), default="electronics", help="which shop (%(default)s)")
    add("--rows", type=_count, default=885_129, help="rows of the whole season (%(default)s)")
    add("--head", type=_count, help="stop after so many rows")
    add("--seed", type=_seed, default=7, help="the same seed gives the same text (%(default)s)")
    add("--out", type=Path, help="file; .gz is packed")
    add("--small", action="store_true", help="pack as small as gzip can")
    add(
        "--live",
        type=_rate,
        metavar="RATE",
        help="events a second, on the average of a day, for ever",
    )
    add(
        "--incident",
        action="append",
        default=[],
        help="checkout-broken@12:00/10m, 'spike:brand=asus x8'",
    )
    return parser


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 < rate < float("inf"):
        raise argparse.ArgumentTypeError(f"more than 0 events a second, not {text}")
    return rate


def _seed(text: str) -> int:
    seed = int(text)
    if seed < 0:
        raise argparse.ArgumentTypeError(f"0 or more, not {text}")
    return seed


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"at least 1 row, not {count}")
    return count


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    sys.exit(main())
