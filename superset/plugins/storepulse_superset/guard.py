"""Which SQL may reach Spark: reading of tables in the catalog, and nothing that reaches the machine (pure)."""

import sqlglot
from sqlglot import exp

STATEMENTS = (exp.Query, exp.Describe, exp.Show, exp.Use)
COMMANDS = {"EXPLAIN", "SHOW"}
FUNCTIONS = {"reflect", "java_method", "try_reflect", "read_files", "input_file_name"}
# Spark reads a path when the "schema" of a table is the name of a format.
FORMATS = {
    *("text", "csv", "json", "parquet", "orc", "avro", "xml", "binaryfile", "delta", "jdbc"),
    *("image", "libsvm", "kafka"),
}


class ForbiddenError(Exception):
    """The statement may not be run; the message says which part of it."""


def _function_name(function: exp.Func) -> str:
    name = function.name if isinstance(function, exp.Anonymous) else function.sql_name()
    return name.lower()


def _check_statement(statement: exp.Expression) -> None:
    if isinstance(statement, exp.Command):
        if str(statement.this).upper() not in COMMANDS:
            raise ForbiddenError(f"{statement.this} is not allowed: only queries are")
        # The statement behind EXPLAIN is text that the parser has not looked into.
        if str(statement.this).upper() == "EXPLAIN":
            check(statement.expression.name)
        return
    if not isinstance(statement, STATEMENTS):
        raise ForbiddenError(f"{statement.key.upper()} is not allowed: only queries are")
    if statement.find(exp.QueryTransform):
        raise ForbiddenError("TRANSFORM is not allowed: it runs programs")
    for function in statement.find_all(exp.Func):
        if _function_name(function) in FUNCTIONS:
            raise ForbiddenError(f"the function {_function_name(function)} is not allowed")
    for table in statement.find_all(exp.Table):
        if {table.db.lower(), table.catalog.lower()} & FORMATS:
            raise ForbiddenError(f"reading files is not allowed: {table.sql(dialect='spark')}")
        if isinstance(table.this, exp.Func):
            raise ForbiddenError("table functions are not allowed")
    if statement.find(exp.Into, exp.Insert, exp.Create, exp.Drop, exp.Alter, exp.Set):
        raise ForbiddenError("only queries are allowed")


def check(sql: str) -> None:
    """Raise ForbiddenError for a statement that does more than read tables of the catalog."""
    try:
        statements = sqlglot.parse(sql, dialect="spark")
    except sqlglot.errors.SqlglotError as error:
        reason = str(error).splitlines()[0][:200]
        raise ForbiddenError(f"the statement cannot be understood: {reason}") from error
    for statement in statements:
        if statement is not None:
            _check_statement(statement)
