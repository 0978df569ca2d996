"""What a chart is: a question to one table, and how the answer is drawn."""

from dataclasses import dataclass, field
from typing import Any

from names import slug

Metric = dict[str, Any]
Condition = tuple[str, str, Any]  # column, operator, value


def sql_metric(expression: str, label: str) -> Metric:
    """What an expression gives."""
    return {
        "expressionType": "SQL",
        "sqlExpression": expression,
        "label": label,
        "optionName": f"metric_{slug(label)}",
        "hasCustomLabel": True,
    }


def metric(column: str, label: str, how: str = "SUM") -> Metric:
    """An aggregate of a column."""
    return sql_metric(f"{how}({column})", label)


def percent(part: str, whole: str, label: str) -> Metric:
    """The sum of a column in per cent of that of another; 0 of nothing."""
    return sql_metric(f"COALESCE(100.0 * SUM({part}) / NULLIF(SUM({whole}), 0), 0)", label)


@dataclass(frozen=True)
class Chart:
    """One chart; `form` is what its kind needs besides metrics, groups and conditions.

    `columns` are the columns of a table that shows rows as they are. `date` is the column by which
    the date filter of a page acts; without one it does not.
    """

    title: str
    table: str
    kind: str
    description: str
    metrics: list[Metric] = field(default_factory=list)
    group_by: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    x_axis: str = ""
    grain: str | None = None
    is_time: bool = False
    date: str = ""
    where: list[Condition] = field(default_factory=list)
    sql_where: str = ""
    order_by: str = ""
    ascending: bool = False
    limit: int = 1000
    form: dict[str, Any] = field(default_factory=dict)

    @property
    def dimensions(self) -> list[str]:
        """The columns that a click on the chart can filter others by."""
        axis = [self.x_axis] if self.x_axis and not self.is_time else []
        return [*axis, *self.group_by]
