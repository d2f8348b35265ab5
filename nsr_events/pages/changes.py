"""The public change log of a programme, as a page and as an Atom feed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import uuid5
from zoneinfo import ZoneInfo

from django.db.models import F
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nsr_events.core.texts import text_in
from nsr_events.programme.differences import IN_LOG, Change
from nsr_events.programme.models import ProgrammeRelease
from nsr_events.programme.phrases import DayLines, by_day

from .atom import clean
from .structured import plain

MOST_RELEASES = 30


@dataclass(frozen=True)
class LoggedDay:
    """A day of a release's snapshot, as far as the log needs it."""

    uid: str
    date: dt.date


@dataclass(frozen=True)
class Logged:
    """A release as the log shows it: what changed by day, or one sentence for the first."""

    number: int
    at: dt.datetime
    note: str
    summary: str
    days: list[DayLines]


def change_log(page) -> list[Logged]:
    """The newest releases that changed something a reader notices, the newest first; one query."""
    rows = (
        ProgrammeRelease.objects.filter(event_id=page.event_id, in_log=True)
        .order_by("-number")
        .values(
            "number",
            "at",
            "note",
            "changes",
            rooms=F("snapshot__rooms"),
            days=F("snapshot__days"),
            tz=F("snapshot__tz"),
        )
    )
    logged = (_logged(row, page.language) for row in rows[:MOST_RELEASES])
    return [one for one in logged if one.days or one.summary or one.note]


def _logged(row: dict, language: str) -> Logged:
    # In the zone readers saw it in, also after the event has got another one.
    zone = ZoneInfo(row["tz"])
    found = [_change(change) for change in row["changes"] if change["kind"] in IN_LOG]
    edited = sum(change.kind == "edited" for change in found)
    told = [change for change in found if change.kind != "edited"]
    is_first = row["number"] == 1
    summary = _("The programme was released.") if is_first else ""
    if edited and not is_first:
        summary = ngettext("%(n)d description was mended.", "%(n)d descriptions were mended.", edited) % {
            "n": edited
        }
    rooms = {room["uid"]: room["name"] for room in row["rooms"]}
    days = [LoggedDay(day["uid"], dt.date.fromisoformat(day["date"])) for day in row["days"]]
    return Logged(
        number=row["number"],
        at=row["at"].astimezone(zone),
        note=text_in(row["note"], language).value,
        summary=summary,
        days=[] if is_first else by_day(told, days, rooms, zone),
    )


def _change(stored: dict) -> Change:
    return Change(
        kind=stored["kind"],
        uid=stored["uid"],
        title=stored["title"],
        day=stored["day"],
        before=stored["from"],
        after=stored["to"],
        was=stored["was"],
    )


def change_feed(page, log: list[Logged]) -> Atom1Feed:
    """The same log for feed readers: an entry a release, known by event uid and number."""
    address = (page.full_url or "") + page.reverse_subpage("changes")
    feed = Atom1Feed(
        title=clean(f"{plain(page.title)}: {_('changes to the programme')}"),
        link=address,
        description="",
        language=page.language,
        feed_url=page.full_file_url("changes_feed"),
    )
    for release in log:
        feed.add_item(
            title=clean(_("Programme of %(date)s") % {"date": f"{release.at:%d.%m.%Y %H:%M}"}),
            link=f"{address}#r-{release.number}",
            description=clean("\n".join(_sentences(release))),
            unique_id=uuid5(page.facts.uid, f"release {release.number}").urn,
            pubdate=release.at,
            updateddate=release.at,
        )
    return feed


def _sentences(release: Logged) -> list[str]:
    lines = [
        f"{line.label}: {line.title} {line.before} {line.after}" for day in release.days for line in day.lines
    ]
    return [sentence for sentence in (release.note, release.summary, *lines) if sentence]
