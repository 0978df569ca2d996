"""What Spark says of a statement that failed: its own words, without classes and stack trace (pure)."""

import re

# PyHive gives the whole answer of the server as text.
_ANSWER = re.compile(r"errorMessage=(['\"])(.*?)(?<!\\)\1", re.DOTALL)
# The lines of a trace begin so, in the text itself or in the form of Python's repr.
_TRACE = re.compile(r"(?:\n|\\n)(?:\t|\\t)at ")
_CLASSES = re.compile(r"(?:\[[A-Z_.]+\] )?(?:[a-z]\w*\.)+[A-Z][\w$]*(?:Exception|Error)\b:? ?")
_NOISE = re.compile(r"Error running query: (?:\[[A-Z_.]+\] )?(?=\[)")


def in_words(text: str) -> str:
    """One line for a person; what is no answer of Spark stays as it is."""
    found = _ANSWER.search(text)
    told = _TRACE.split(found[2] if found else text, maxsplit=1)[0]
    told = _NOISE.sub("", _CLASSES.sub("", told))
    return " ".join(told.replace("\\n", " ").replace("\\'", "'").split())
