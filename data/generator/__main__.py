"""`python -m data.generator`: makes an event file of the given size and seed."""

import argparse
import logging
from pathlib import Path

from data.generator.presets import names, preset
from data.generator.shop import Shop
from data.generator.writer import QUICK, SMALL, write

log = logging.getLogger("generator")


def main() -> None:
    """Make the file that the arguments ask for."""
    found = _parser().parse_args()
    shop = Shop(preset(found.preset), found.seed, found.rows)
    done = write(shop.texts(), found.out, found.head, SMALL if found.small else QUICK)
    log.info(
        "%s: %d rows, seed %d, sha256 of the text %s", found.out, done.rows, found.seed, done.sha256
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m data.generator", description=__doc__)
    add = parser.add_argument
    add("--preset", choices=names(), default="electronics", help="which shop (%(default)s)")
    add("--rows", type=_count, default=885_129, help="rows of the whole season (%(default)s)")
    add("--head", type=_count, help="write only the first rows of it")
    add("--seed", type=int, default=7, help="the same seed gives the same text (%(default)s)")
    add("--out", type=Path, required=True, help="file; .gz is packed")
    add("--small", action="store_true", help="pack as small as gzip can")
    return parser


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"at least 1 row, not {count}")
    return count


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    main()
