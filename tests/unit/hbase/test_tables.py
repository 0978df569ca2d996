"""The tables as data."""

from hbase.tables import DIMENSION_TABLES, METRIC_COLUMNS, TABLES, TABLES_BY_NAME, WINDOW_TABLES


def test_every_dimension_has_a_window_table_with_all_metrics() -> None:
    assert DIMENSION_TABLES == {
        "all": "event_counts",
        "brand": "brand_windows",
        "category": "category_windows",
    }
    for name in DIMENSION_TABLES.values():
        table = TABLES_BY_NAME[name]
        assert (table.family, table.columns) == ("metrics", METRIC_COLUMNS)


def test_only_windows_expire() -> None:
    assert {table.name for table in TABLES if table.expires} == WINDOW_TABLES


def test_names_are_unique_and_every_table_says_what_it_serves() -> None:
    assert len(TABLES_BY_NAME) == len(TABLES) == 5
    assert all(table.serves for table in TABLES)


def test_state_and_brand_report_have_families_of_their_own() -> None:
    assert TABLES_BY_NAME["stream_state"].family == "state"
    assert TABLES_BY_NAME["stream_state"].columns == ("watermark", "batch_id", "updated_at")
    assert TABLES_BY_NAME["brand_analytics"].family == "stats"
