"""What a person reads when Spark refuses a statement."""

import pytest
from storepulse_superset.spark_errors import in_words

TRACE = "\n\tat org.apache.spark.sql.Foo.bar(Foo.scala:43)\n\tat java.base/java.lang.Thread.run"
WORDS = "[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column `brnd` cannot be resolved. SQLSTATE: 42703; line 1 pos 7"
SENT = (
    "org.apache.hive.service.cli.HiveSQLException: Error running query: [UNRESOLVED_COLUMN.WITH_SUGGESTION] "
    f"org.apache.spark.sql.catalyst.ExtendedAnalysisException: {WORDS}"
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SENT + TRACE, WORDS),
        # PyHive's own error holds the answer of the server as Python writes it.
        (f"TExecuteStatementResp(status=TStatus(errorMessage={SENT + TRACE!r}), handle=None)", WORDS),
        ("java.lang.OutOfMemoryError: Java heap space" + TRACE, "Java heap space"),
        ("Error running query: [DIVIDE_BY_ZERO] Division by zero.", "[DIVIDE_BY_ZERO] Division by zero."),
        ("SET is not allowed: only queries are", "SET is not allowed: only queries are"),
        ("the statement timed out after 60 seconds", "the statement timed out after 60 seconds"),
        ("a value 'that''s quoted'\nand a second line", "a value 'that''s quoted' and a second line"),
    ],
)  # fmt: skip
def test_an_error_is_told_in_sparks_words_without_its_trace(text: str, told: str) -> None:
    assert in_words(text) == told
