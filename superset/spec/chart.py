"""What a chart is: a question to one table, and how the answer is drawn."""

from dataclasses import dataclass, field
from typing import Any

from names import slug

WINDOW = "window_started_at"


def metric(column: str, label: str, how: str = "SUM") -> dict[str, Any]:
    """An aggregate of a column."""
    return {
        "expressionType": "SQL",
        "sqlExpression": f"{how}({column})",
        "label": label,
        "optionName": f"metric_{slug(label)}",
        "hasCustomLabel": True,
    }


@dataclass(frozen=True)
class Chart:
    """One chart; `form` is what its kind needs besides metrics, groups and time."""

    title: str
    table: str
    kind: str
    description: str
    metrics: list[dict[str, Any]] = field(default_factory=list)
    group_by: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    time_range: str = ""
    order_by: str = ""
    ascending: bool = False
    limit: int = 1000
    form: dict[str, Any] = field(default_factory=dict)
    is_named: bool = False  # only rows whose value has a name
