"""The filters of a page, each on the charts that have its column and no others."""

from dataclasses import dataclass
from typing import Any

from chart import Chart
from datasets import columns_with_computed
from names import slug, uuid_of


@dataclass(frozen=True)
class Filter:
    """A filter by a column, with its values from a table; by date when `table` is empty."""

    name: str
    column: str = ""
    table: str = ""
    default: str = ""  # one value, always chosen
    order: str = ""  # the metric of the table that orders the values
    after: str = ""  # the name of the filter whose choice narrows the values

    def acts_on(self, chart: Chart) -> bool:
        """Whether the chart has what the filter filters by."""
        return self.column in columns_with_computed(chart.table) if self.table else bool(chart.date)


def _id(page: str, name: str) -> str:
    return f"NATIVE_FILTER-{slug(page)}-{slug(name)}"


def _mask(chosen: Filter) -> dict[str, Any]:
    if not chosen.default:
        return {"extraFormData": {}, "filterState": {}, "ownState": {}}
    values = [chosen.default]
    clause = {"col": chosen.column, "op": "IN", "val": values}
    state = {"value": values, "label": chosen.default}
    return {"extraFormData": {"filters": [clause]}, "filterState": state, "ownState": {}}


def _target(chosen: Filter) -> dict[str, Any]:
    if not chosen.table:
        return {}
    dataset = uuid_of("dataset", chosen.table)
    return {"column": {"name": chosen.column}, "datasetUuid": dataset}


def native(page: str, filters: list[Filter], charts: dict[int, Chart]) -> list[dict[str, Any]]:
    """Superset's configuration; `charts` by the number that the page gives them."""
    found = []
    for one in filters:
        values = {
            **{"enableEmptyFilter": bool(one.default), "defaultToFirstItem": False},
            **{"multiSelect": not one.default, "searchAllOptions": False},
            **{"inverseSelection": False, "sortAscending": True},
        }
        outside = [number for number, chart in charts.items() if not one.acts_on(chart)]
        found.append(
            {
                **{"id": _id(page, one.name), "name": one.name, "type": "NATIVE_FILTER"},
                "filterType": "filter_select" if one.table else "filter_time",
                "targets": [_target(one)],
                "controlValues": values if one.table else {"enableEmptyFilter": False},
                **({"sortMetric": one.order} if one.order else {}),
                "defaultDataMask": _mask(one),
                "cascadeParentIds": [_id(page, one.after)] if one.after else [],
                "scope": {"rootPath": ["ROOT_ID"], "excluded": outside},
                "description": "",
            }
        )
    return found


def cross(charts: dict[int, Chart]) -> dict[str, Any]:
    """A click on a chart filters those that have all of its dimensions."""
    found = {}
    for number, chart in charts.items():
        outside = [
            other
            for other, one in charts.items()
            if other == number
            or not set(chart.dimensions) <= columns_with_computed(one.table).keys()
        ]
        scope = {"rootPath": ["ROOT_ID"], "excluded": outside}
        inside = [other for other in charts if other not in outside]
        found[str(number)] = {
            "id": number,
            "crossFilters": {"scope": scope, "chartsInScope": inside},
        }
    return found
