"""What a person is told whose statement took too long, by Spark or by the snapshot (pure)."""


def in_words(seconds: float) -> str:
    """One line."""
    return f"the statement timed out after {seconds:g} seconds: ask for less"
