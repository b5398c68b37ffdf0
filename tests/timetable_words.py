"""Timetables drawn at random, for properties: clocks, rows with all that narrows them, releases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hypothesis import strategies as st

from waypost.orders.values import WEEKDAYS, BankHolidays, ReleaseDay, TimetableRow


def clocks(minutes: Sequence[int]) -> st.SearchStrategy[str]:
    """Any hour, at one of the minutes."""
    return st.builds(lambda h, m: f"{h:02d}:{m:02d}", st.integers(0, 23), st.sampled_from(minutes))


def rows(
    times: st.SearchStrategy[str], dates: st.SearchStrategy[date]
) -> st.SearchStrategy[TimetableRow]:
    """Rows on some weekdays; bounds and anchors among the dates, rotas of up to three weeks."""
    return st.builds(
        lambda days, *more: TimetableRow(tuple(sorted(days)), *more),
        st.sets(st.sampled_from(WEEKDAYS), min_size=1),
        times,
        times,
        st.sampled_from(BankHolidays),
        st.none() | dates,
        st.none() | dates,
        st.sampled_from([1, 1, 2, 3]),
        st.none() | dates,
    )


def tables(
    table_rows: st.SearchStrategy[TimetableRow],
) -> st.SearchStrategy[tuple[TimetableRow, ...]]:
    return st.lists(table_rows, min_size=1, max_size=3).map(tuple)


def releases(
    times: st.SearchStrategy[str], dates: st.SearchStrategy[date]
) -> st.SearchStrategy[ReleaseDay | None]:
    """A day of release with its hours, or none."""
    return st.none() | st.builds(ReleaseDay, dates, times, times)
