"""Days, periods and durations: every day of 2024–2030 as today against a calendar that is walked day by day, and the ways people write them."""

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu import durations, timeline
from nlu.normalise import lower

TODAY = date(2026, 11, 23)  # a Monday
DAYS = [date(2024, 1, 1) + timedelta(days=ahead) for ahead in range((date(2031, 1, 1) - date(2024, 1, 1)).days)]
WEEKDAYS = ["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"]
MONTHS = ["januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december"]
DAY = timedelta(days=1)


def day(text: str, today: date = TODAY) -> date | None:
    found = timeline.find(text, today)
    return found[0].first if len(found) == 1 and found[0].last is None else None


def period(text: str, today: date = TODAY) -> tuple[date, date | None] | None:
    found = timeline.find(text, today)
    return (found[0].first, found[0].last) if len(found) == 1 and found[0].last else None


def walked(today: date, step: timedelta, weekday: int) -> date:
    at = today + step
    while at.weekday() != weekday:
        at += step
    return at


def month_span(year: int, month: int, count: int = 1) -> tuple[date, date]:
    last = month + count - 1
    return date(year, month, 1), date(year, last, calendar.monthrange(year, last)[1])


def latest_begun(today: date, month: int, count: int = 1) -> tuple[date, date]:
    span = month_span(today.year, month, count)
    return span if span[0] <= today else month_span(today.year - 1, month, count)


@pytest.mark.parametrize("year", range(2024, 2031))
def test_days_near_every_today(year: int) -> None:
    for today in (at for at in DAYS if at.year == year):
        for text, ahead in (
            ("i dag", 0),
            ("i går", -1),
            ("i forgårs", -2),
            ("i morgen", 1),
            ("i overmorgen", 2),
            ("for 10 dage siden", -10),
            ("om tre uger", 21),
        ):
            assert day(text, today) == today + ahead * DAY, (text, today)
        for number, name in enumerate(WEEKDAYS):
            assert day(f"på {name}", today) == walked(today, DAY, number), (name, today)
            assert day(f"i {name}s", today) == walked(today, -DAY, number), (name, today)
        monday = today
        while monday.weekday():
            monday -= DAY
        assert day("fredag i næste uge", today) == monday + 11 * DAY
        assert day("den sidste i måneden, altså månedens udgang", today) == date(
            today.year, today.month, calendar.monthrange(today.year, today.month)[1]
        )


@pytest.mark.parametrize("year", range(2024, 2031))
def test_periods_around_every_today(year: int) -> None:
    for today in (at for at in DAYS if at.year == year):
        monday = today
        while monday.weekday():
            monday -= DAY
        for text, weeks in (("sidste uge", -1), ("denne uge", 0), ("næste uge", 1)):
            assert period(text, today) == (monday + weeks * 7 * DAY, monday + weeks * 7 * DAY + 6 * DAY), (text, today)
        before = date(today.year, today.month, 1) - DAY
        assert period("sidste måned", today) == month_span(before.year, before.month)
        after = month_span(today.year, today.month)[1] + DAY
        assert period("næste måned", today) == month_span(after.year, after.month)
        assert period("i år", today) == (date(today.year, 1, 1), date(today.year, 12, 31))
        for month, name in enumerate(MONTHS, start=1):
            assert period(f"for {name}", today) == latest_begun(today, month), (name, today)
        for number in range(1, 5):
            assert period(f"{number}. kvartal", today) == latest_begun(today, 3 * number - 2, 3), (number, today)
        for number in range(1, 4):
            assert period(f"{number}. tertial", today) == latest_begun(today, 4 * number - 3, 4), (number, today)
        for number in range(1, 3):
            assert period(f"{number}. halvår", today) == latest_begun(today, 6 * number - 5, 6), (number, today)


def test_every_date_is_read_back_in_every_notation() -> None:
    for at in DAYS:
        for text in (
            at.isoformat(),
            f"{at.day}/{at.month} {at.year}",
            f"{at.day}.{at.month}.{at.year}",
            f"den {at.day}. {MONTHS[at.month - 1]} {at.year}",
        ):
            assert day(text) == at, text
        if at.year == TODAY.year:
            assert day(f"d. {at.day}/{at.month}") == at


def test_weeks_of_every_year_week_53_only_where_there_is_one() -> None:
    for year in range(2024, 2031):
        monday = date(year, 1, 4)
        while monday.weekday():
            monday -= DAY
        weeks = 52 + (date(year, 12, 31).isocalendar().week == 53)
        for number in range(1, 54):
            start = monday + (number - 1) * 7 * DAY
            expected = (start, start + 6 * DAY) if number <= weeks else None
            assert period(f"uge {number}", date(year, 6, 1)) == expected, (year, number)


@given(
    st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    st.dates(date(2024, 1, 1), date(2030, 12, 31)),
)
def test_a_range_of_two_dates_holds_both_ends(one: date, other: date, today: date) -> None:
    first, last = sorted((one, other))
    for text in (
        f"fra {first.isoformat()} til {last.isoformat()}",
        f"{first.day}.{first.month}.{first.year}-{last.day}.{last.month}.{last.year}",
    ):
        assert period(text, today) == (first, last), text


@pytest.mark.parametrize("year", [2023, 2025, 2100])
def test_no_leap_day_in_a_common_year(year: int) -> None:
    assert timeline.find(f"29. februar {year}", TODAY) == []
    assert timeline.find("29/2", date(year, 3, 1)) == []
    assert day("29/2", date(2028, 3, 1)) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("på mandag", "2026-11-30"),
        ("i mandags", "2026-11-16"),
        ("senest på fredag", "2026-11-27"),
        ("paa loerdag", "2026-11-28"),
        ("fredag i næste uge", "2026-12-04"),
        ("mandag i uge 50", "2026-12-07"),
        ("på fredag d. 4/12", "2026-12-04"),
        ("i tirsdags den 17. november", "2026-11-17"),
        ("d. 3/12", "2026-12-03"),
        ("den 9/11", "2026-11-09"),
        ("den tredje december", "2026-12-03"),
        ("2. januar", "2026-01-02"),
        ("01.12.26", "2026-12-01"),
        ("i går aftes", "2026-11-22"),
        ("imorgen", "2026-11-24"),
        ("om to måneder", "2027-01-23"),
        ("for en uge siden", "2026-11-16"),
        ("ultimo november", "2026-11-30"),
        ("primo december", "2026-12-01"),
        ("inden udgangen af november", "2026-11-30"),
        ("three days ago", "2026-11-20"),
        ("by friday", "2026-11-27"),
        ("tak for i dag", None),
        ("god fredag", None),
        ("31/2", None),
        ("31. februar", None),
        ("åbent 24/7", None),
        ("KLE 27.60.04", None),
        ("Maj skal på listen", None),
        ("om lidt", None),
        ("til foråret", None),
        ("i den 3. sag", None),
    ],
)
def test_days_as_people_write_them(text: str, expected: str | None) -> None:
    assert day(text) == (date.fromisoformat(expected) if expected else None)
    if expected is None:
        assert timeline.find(text, TODAY) == []


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("oktober", "2026-10-01", "2026-10-31"),
        ("december", "2025-12-01", "2025-12-31"),
        ("3. kvartal", "2026-07-01", "2026-09-30"),
        ("tredje kvartal 2025", "2025-07-01", "2025-09-30"),
        ("Q3", "2026-07-01", "2026-09-30"),
        ("2026-Q3", "2026-07-01", "2026-09-30"),
        ("2. og 3. kvartal", "2026-04-01", "2026-09-30"),
        ("2. tertial", "2026-05-01", "2026-08-31"),
        ("første halvår", "2026-01-01", "2026-06-30"),
        ("uge 45-47", "2026-11-02", "2026-11-22"),
        ("fra uge 40 til uge 44", "2026-09-28", "2026-11-01"),
        ("uge 47, 2025", "2025-11-17", "2025-11-23"),
        ("1.-15. november", "2026-11-01", "2026-11-15"),
        ("fra den 1. til den 15. november", "2026-11-01", "2026-11-15"),
        ("mellem 1/9 og 30/9", "2026-09-01", "2026-09-30"),
        ("1/10-31/10", "2026-10-01", "2026-10-31"),
        ("perioden 1. september til 31. oktober 2025", "2025-09-01", "2025-10-31"),
        ("fra 1. november til 31. januar", "2026-11-01", "2027-01-31"),
        ("november til januar", "2026-11-01", "2027-01-31"),
        ("jan-mar 2026", "2026-01-01", "2026-03-31"),
        ("fra mandag til fredag", "2026-11-30", "2026-12-04"),
        ("fra i mandags til i går", "2026-11-16", "2026-11-22"),
        ("i 2025", "2025-01-01", "2025-12-31"),
        ("naeste maaned", "2026-12-01", "2026-12-31"),
        ("last week", "2026-11-16", "2026-11-22"),
    ],
)
def test_periods_as_people_write_them(text: str, start: str, end: str) -> None:
    assert period(text) == (date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("et kvarter", 15), ("tre kvarter", 45), ("fem kvarter", 75), ("en halv time", 30), ("en god halv time", 30), ("halvanden time", 90),
        ("halvanden", 90), ("halvtredje time", 150), ("7,4 timer", 444), ("1.5 h", 90), ("2½ time", 150), ("½ time", 30), ("1 1/2 time", 90),
        ("to og en halv time", 150), ("to timer", 120), ("2t", 120), ("1t15", 75), ("1 t. 30 min.", 90), ("1:30 time", 90), ("90 min", 90),
        ("en time og et kvarter", 75), ("en time og tyve minutter", 80), ("7 timer og 24 minutter", 444), ("TI MINUTTER", 10), ("1 times arbejde", 60),
        ("half an hour", 30), ("2 timer, ikke 1 time", 120), ("femogfyrre minutter", 45),
        ("halvanden uge", 0), ("halv tre", 0), ("kvart over to", 0), ("kl. 8", 0), ("50 t.kr.", 0), ("en hel dag", 0), ("to måneder", 0), ("time", 0),
    ],
)  # fmt: skip
def test_durations_as_people_write_them(text: str, minutes: int) -> None:
    assert sum(found[2] for found in durations.find(lower(text))) == minutes


@given(st.integers(0, 23), st.integers(1, 59))
def test_hours_and_minutes_add_up(hours: int, minutes: int) -> None:
    assert sum(found[2] for found in durations.find(f"{hours} timer og {minutes} minutter")) == hours * 60 + minutes
