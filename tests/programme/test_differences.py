"""Whatever editors do and release, in whatever order: calendars are never told a lower sequence."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from nsr_events.programme.clock import parse_stamp, stamp
from nsr_events.programme.differences import CARRIED_ON, GIVEN_BY_RELEASES, canonical, compose

BEGIN = dt.datetime(2027, 5, 3, 10, tzinfo=dt.UTC)
MORNING = dt.datetime(2027, 9, 28, 8, tzinfo=dt.UTC)
ROOMS = [{"uid": uid, "name": uid, "venue": "Huset", "floor": "", "seats": None} for uid in ("hall", "loft")]


def entry(uid, hour, room, title, abstract, status):
    start = MORNING + dt.timedelta(hours=hour)
    return {
        "uid": uid, "day": "d", "start": stamp(start), "end": stamp(start + dt.timedelta(minutes=45)),
        "rooms": [room], "where": {}, "kind": "talk", "for_all": False, "status": status, "title": {"nb": title},
        "abstract": {"nb": abstract}, "track": "", "language": "", "link": "", "bookable": False, "people": [],
    }  # fmt: skip


def snapshot(entries):
    return {
        "event": "e", "tz": "Europe/Oslo", "languages": ["nb"], "days": [], "rooms": ROOMS, "tracks": [],
        "sessions": sorted(entries, key=lambda each: each["uid"]),
    }  # fmt: skip


@st.composite
def programmes(draw):
    uids = draw(st.sets(st.sampled_from("abcd")))
    return snapshot(
        entry(
            uid,
            draw(st.integers(0, 2)),
            draw(st.sampled_from(["hall", "loft"])),
            draw(st.sampled_from(["En", "To"])),
            draw(st.sampled_from(["", "Tekst"])),
            draw(st.sampled_from(["confirmed", "confirmed", "cancelled"])),
        )
        for uid in uids
    )


STEPS = st.lists(st.tuples(programmes(), st.integers(1, 60)), min_size=1, max_size=8)


class History:
    """Releases one after the other, with the rows' sequences following as the verbs do it."""

    def __init__(self):
        self.newest, self.now, self.number = None, BEGIN, 0
        self.rows = dict.fromkeys("abcd", 0)

    def compose(self, wished):
        return compose(wished, self.newest, number=self.number + 1, at=self.now, floors=self.rows)

    def release(self, wished, days):
        self.now += dt.timedelta(days=days)
        composed = self.compose(wished)
        if composed.changes:
            self.number += 1
            self.newest = composed.snapshot
            for uid in composed.raised:
                self.rows[uid] += 1
        return composed


def by_uid(found):
    return {each["uid"]: each for each in found["sessions"]} if found else {}


@given(STEPS)
def test_a_sequence_never_falls_and_rises_by_one_at_most(steps):
    history, last = History(), {}
    for wished, days in steps:
        history.release(wished, days)
        for uid, each in by_uid(history.newest).items():
            assert uid not in last or last[uid] <= each["seq"] <= last[uid] + 1
            assert each["seq"] == history.rows[uid]
            last[uid] = each["seq"]


@given(STEPS)
def test_after_a_release_nothing_is_left_to_release(steps):
    history = History()
    for wished, days in steps:
        history.release(wished, days)
        assert history.compose(wished).changes == ()


@given(STEPS)
def test_what_shows_the_same_keeps_its_sequence_and_stamp_and_what_differs_gets_a_new_one(steps):
    history = History()
    for wished, days in steps:
        before = by_uid(history.newest)
        history.release(wished, days)
        for uid, after in by_uid(history.newest).items():
            if uid not in before:
                continue
            old = before[uid]
            shown = [{k: v for k, v in each.items() if k not in GIVEN_BY_RELEASES} for each in (old, after)]
            material = any(old[key] != after[key] for key in ("rooms", "start", "end", "status", "title"))
            assert (after["seq"] > old["seq"]) == material
            assert (after["stamp"] != old["stamp"]) == (shown[0] != shown[1])


@given(STEPS)
def test_what_leaves_is_told_for_ninety_days_and_then_forgotten(steps):
    history = History()
    for wished, days in steps:
        before, made = by_uid(history.newest), history.number
        history.release(wished, days)
        if history.number == made:
            continue
        now = by_uid(history.newest)
        for uid, old in before.items():
            ended = old.get("ended")
            due = ended and parse_stamp(ended) + CARRIED_ON <= history.now
            assert uid in now or due
        for each in now.values():
            assert bool(each.get("ended")) == (each["status"] == "cancelled")
            assert not each.get("gone") or each["status"] == "cancelled"


@given(programmes(), st.randoms())
def test_the_same_programme_gives_the_same_bytes_whatever_the_order_of_the_rows(wished, random):
    shuffled = list(wished["sessions"])
    random.shuffle(shuffled)
    one, two = History().compose(wished), History().compose({**wished, "sessions": shuffled})
    assert canonical(one.snapshot) == canonical(two.snapshot)
