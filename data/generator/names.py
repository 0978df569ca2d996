"""The names of visits: a number, scrambled, so that a name needs no memory and is never used twice by chance."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.generator.presets import Defects
from data.generator.tables import MILLION, Whole

LETTERS = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", np.uint8)
HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
SHORT, LONG = 10, 36
DASHES = (8, 13, 18, 23)
DIGITS = [place for place in range(LONG) if place not in DASHES]
# a visit with this number has no name
NAMELESS = -1


class SessionNames:
    """Ten letters and digits, or a UUID for some."""

    def __init__(self, defects: Defects, seed: int) -> None:
        self._uuid_share = defects.uuid_sessions
        self._key = scramble(np.array([seed], np.uint64))[0]

    def texts(self, numbers: Whole) -> pa.Array:
        """What the last column says for visits with these numbers, then a comma before and a line end."""
        mixed = scramble(numbers.astype(np.uint64) ^ self._key)
        is_long = (mixed % np.uint64(MILLION)).astype(np.int64) < self._uuid_share
        width = np.where(is_long, LONG, SHORT)
        width[numbers == NAMELESS] = 0
        letters = np.zeros((len(numbers), LONG + 2), np.uint8)
        letters[:, 0] = ord(",")
        letters[:, 1 : SHORT + 1] = _short(scramble(mixed))
        letters[is_long, 1 : LONG + 1] = _long(mixed[is_long])
        letters[np.arange(len(numbers)), width + 1] = ord("\n")
        is_text = np.arange(LONG + 2) < (width + 2)[:, None]
        offsets = np.zeros(len(numbers) + 1, np.int32)
        np.cumsum(width + 2, out=offsets[1:])
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(letters[is_text])]
        return pa.Array.from_buffers(pa.string(), len(numbers), buffers)

    def names(self, numbers: Whole) -> list[str]:
        """The names alone."""
        return [text[1:-1] for text in self.texts(numbers).to_pylist()]


def scramble(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64: one to one, and neighbours look unlike."""
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _short(mixed: NDArray[np.uint64]) -> NDArray[np.uint8]:
    letters = np.empty((len(mixed), SHORT), np.uint8)
    for place in range(SHORT):
        mixed, digit = np.divmod(mixed, np.uint64(len(LETTERS)))
        letters[:, place] = LETTERS[digit]
    return letters


def _long(mixed: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Version 4 UUIDs."""
    halves = np.stack([scramble(mixed), scramble(mixed ^ np.uint64(1))], axis=1)
    shifts = np.arange(60, -1, -4, dtype=np.uint64)
    digits = ((halves[:, :, None] >> shifts) & np.uint64(15)).reshape(len(mixed), 32)
    digits[:, 12] = 4
    digits[:, 16] = digits[:, 16] & np.uint64(3) | np.uint64(8)
    letters = np.full((len(mixed), LONG), ord("-"), np.uint8)
    letters[:, DIGITS] = HEX[digits]
    return letters
