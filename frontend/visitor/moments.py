"""Moments in the visitor's words and time zone."""

from datetime import UTC, datetime
from datetime import date as Day
from typing import Final

from i18n import t
from visitor import preferences

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 24 * 3600


def date(moment: datetime) -> str:
    local = moment.astimezone(preferences.time_zone())
    return t("moment.date", year=local.year, month=t(f"month.{local.month}"), day=local.day)


def day_and_time(moment: datetime) -> str:
    local = moment.astimezone(preferences.time_zone())
    return f"{date(moment)} {local:%H:%M}"


def ago(moment: datetime) -> str:
    """How long ago, as roughly as one would say it."""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    if seconds < _MINUTE:
        return t("moment.just_now")
    if seconds < _HOUR:
        return t("moment.minutes_ago", count=int(seconds // _MINUTE))
    if seconds < _DAY:
        return t("moment.hours_ago", count=int(seconds // _HOUR))
    return date(moment)


def short_date(day: Day) -> str:
    """Without the year: for the axis of a plot."""
    return t("moment.short_date", month=t(f"month.{day.month}")[:3], day=day.day)


def month(day: Day) -> str:
    return t("list.month", month=t(f"month.{day.month}"), year=day.year)


def seconds(milliseconds: float | None) -> str:
    """ "0.35 s", "4.2 s", "83 s"; a dash where nothing was measured."""
    if milliseconds is None:
        return "–"
    lasted = milliseconds / 1000
    return t(
        "answer.took", seconds=f"{lasted:.2f}" if lasted < 1 else f"{lasted:.1f}" if lasted < 100 else f"{lasted:.0f}"
    )
