"""Which SQL may reach Spark: reading of tables in the catalog, and nothing that reaches the machine (pure).

Spark reads a statement in its own way. Where the two readings can differ, in comments and in
variables, the statement is refused, so that what was judged is what runs.
"""

import re

import sqlglot
from sqlglot import exp

STATEMENTS = (exp.Query, exp.Describe, exp.Show, exp.Use)
FUNCTIONS = {
    *("reflect", "java_method", "try_reflect"),
    *("read_files", "input_file_name", "table_changes_by_path"),
    # Their options name files.
    *("from_protobuf", "to_protobuf", "from_avro", "to_avro", "schema_of_avro"),
    *("from_xml", "schema_of_xml"),
}
# Spark reads a path when the "schema" of a table is the name of a format, or of its class.
FORMATS = {
    *("text", "csv", "json", "parquet", "orc", "avro", "xml", "binaryfile", "delta", "jdbc"),
    *("image", "libsvm", "kafka"),
}
# What dbt has tested; not the raw events and not what a model is made of. Superset looks at the names
# in a statement too, but takes `with raw_table as (...)` for a table of that name.
SCHEMAS = ("marts", "profiling", "reports")
CATALOGS = {"", "spark_catalog"}
PLAIN_NAME = re.compile(r"[\w -]+")  # no path and no class: neither slash nor dot
PLAIN_SHOW = re.compile(r"[\w\s`.*'|-]*")


class ForbiddenError(Exception):
    """The statement may not be run; the message says which part of it."""


def _function_name(function: exp.Func) -> str:
    name = function.name if isinstance(function, exp.Anonymous) else function.sql_name()
    return name.lower()


def _check_command(command: exp.Command) -> None:
    # The rest of a command is text that the parser has not looked into.
    kind, rest = str(command.this).upper(), command.expression
    text = (rest if isinstance(rest, str) else rest.name) if rest else ""
    if kind == "EXPLAIN":
        check(text)
    elif kind != "SHOW" or not PLAIN_SHOW.fullmatch(text):
        raise ForbiddenError(f"{kind} is not allowed here: only queries are")


def _check_table(table: exp.Table) -> None:
    if isinstance(table.this, exp.Func):
        raise ForbiddenError("table functions are not allowed")
    is_format = bool({table.db.lower(), table.catalog.lower()} & FORMATS)
    if is_format or not all(PLAIN_NAME.fullmatch(part.name) for part in table.parts):
        raise ForbiddenError(f"reading files is not allowed: {table.sql(dialect='spark')}")
    if table.catalog.lower() not in CATALOGS or table.db.lower() not in {"", *SCHEMAS}:
        raise ForbiddenError(f"{table.db} is not open here, only {', '.join(SCHEMAS)} are")


def _check_use(use: exp.Use) -> None:
    # What it names is what a table without a schema is looked for in.
    named = use.this
    if use.args.get("kind") or not isinstance(named, exp.Table) or named.db:
        raise ForbiddenError("USE may name a schema and nothing else")
    _check_table(exp.table_("any_table", db=named.name))


def _check_statement(statement: exp.Expression) -> None:
    if isinstance(statement, exp.Command):
        _check_command(statement)
        return
    if not isinstance(statement, STATEMENTS):
        raise ForbiddenError(f"{statement.key.upper()} is not allowed: only queries are")
    if isinstance(statement, exp.Use):
        _check_use(statement)
        return
    if statement.find(exp.QueryTransform):
        raise ForbiddenError("TRANSFORM is not allowed: it runs programs")
    for function in statement.find_all(exp.Func):
        if _function_name(function) in FUNCTIONS:
            raise ForbiddenError(f"the function {_function_name(function)} is not allowed")
    for table in statement.find_all(exp.Table):
        _check_table(table)
    if statement.find(exp.Command, exp.Into, exp.Insert, exp.Create, exp.Drop, exp.Alter, exp.Set):
        raise ForbiddenError("only queries are allowed")


def _check_text(sql: str) -> None:
    if "${" in sql:
        # Spark puts settings, environment variables and line ends in before it reads the statement.
        raise ForbiddenError("variables (${...}) are not allowed")
    tokens = sqlglot.tokenize(sql, read="spark")
    if any(token.comments for token in tokens) or (sql.strip() and not tokens):
        # Spark ends a comment elsewhere: after a backslash it goes on in the next line.
        raise ForbiddenError("comments and hints are not allowed: leave them out")


def check(sql: str) -> None:
    """Raise ForbiddenError for a statement that does more than read tables of the catalog."""
    try:
        _check_text(sql)
        statements = sqlglot.parse(sql, dialect="spark")
    except sqlglot.errors.SqlglotError as error:
        reason = str(error).splitlines()[0][:200]
        raise ForbiddenError(f"the statement cannot be understood: {reason}") from error
    for statement in statements:
        if statement is not None:
            _check_statement(statement)
