"""Copy to new edition: every date shown before it is saved, one save, the original untouched."""

import datetime as dt
import re

import pytest
from django.core import mail, serializers
from django.utils import timezone
from wagtail.models import Collection, Page

from nsr_events.admin.editions import next_edition
from nsr_events.core.events import change_status
from nsr_events.core.models import Event, EventDayHost, EventOrganisation, Organisation
from nsr_events.pages.models import get_event_page_models
from nsr_events.programme.models import ConflictAcceptance, ProgrammeRelease, Session
from nsr_events.programme.releases import release_programme
from tests.admin.conftest import give_pages, make_user
from tests.factories import NOW, make_event, make_index, make_page

pytestmark = pytest.mark.django_db

PARTS = ["hosts", "organisations", "tracks", "sessions", "people", "pages"]


@pytest.fixture
def first_day():
    """A Tuesday in September next year: summer time."""
    date = dt.date(timezone.now().year + 1, 9, 21)
    return date + dt.timedelta(days=(1 - date.weekday()) % 7)


@pytest.fixture
def index():
    return make_index()


@pytest.fixture
def event(index, first_day):
    """Three days with a host each, two items, a release and a live page."""
    event = make_event(
        {"nb": f"Samling {first_day.year}"}, date=first_day, days=3, edition=str(first_day.year)
    )
    kripos = Organisation.objects.create(name="Kripos")
    EventOrganisation.objects.create(event=event, organisation=kripos)
    for day in event.days.all():
        EventDayHost.objects.create(day=day, organisation=kripos)
        add(event, day, "09:00", f"Økt {day.date.day}")
    release_programme(event, now=NOW)
    make_page(
        event, index, title=f"Samling {first_day.year}", slug=f"samling-{first_day.year}", intro="Kort sagt."
    )
    return event


def add(event, day, start, title):
    begins = dt.datetime.combine(day.date, dt.time.fromisoformat(start), tzinfo=event.zone)
    return Session.objects.create(
        event=event, day=day, start=begins, end=begins + dt.timedelta(hours=1), title={"nb": title}
    )


@pytest.fixture
def admin(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("admin", "admin@example.org", "pass"))
    return client


def address(event):
    return f"/admin/events/{event.pk}/edition/"


def wish(first_day, **fields):
    """What an editor fills in."""
    return {"first_day": first_day.isoformat(), "edition": "Neste", "parts": PARTS, "drafts": "on", **fields}


def make(client, event, first_day, **fields):
    """Look at the dates, then save, as an editor would; the new event."""
    shown = client.post(address(event), wish(first_day, **fields)).context["shown"]
    response = client.post(address(event), wish(first_day, **fields, shown=shown, save=""))
    assert response.status_code == 302, response.context["form"].errors
    return Event.objects.get(pk=re.search(r"\d+", response.url).group())


def everything():
    """Every row there is."""
    models = [Event, Session, ProgrammeRelease, EventDayHost, EventOrganisation, *get_event_page_models()]
    return [row for model in models for row in model.objects.order_by("pk")]


def as_bytes(row):
    """A row as the database has it now."""
    return serializers.serialize("json", [type(row).objects.get(pk=row.pk)])


class TestBeforeSaving:
    def test_it_guesses_the_same_weekday_next_year_and_the_next_edition(self, admin, event, first_day):
        form = admin.get(address(event)).context["form"]
        assert form.initial["first_day"] == first_day + dt.timedelta(weeks=52)
        assert form.initial["first_day"].weekday() == first_day.weekday()
        assert form.initial["edition"] == str(first_day.year + 1)

    def test_an_old_event_is_guessed_ahead_of_today(self, admin):
        event = make_event("Gammel", date=dt.date(2018, 5, 8), now=dt.datetime(2018, 1, 1, tzinfo=dt.UTC))
        assert admin.get(address(event)).context["form"].initial["first_day"] > timezone.now().date()

    def test_every_moment_is_listed_with_where_it_goes(self, admin, event, first_day):
        response = admin.post(address(event), wish(first_day + dt.timedelta(weeks=52)))
        groups = {group.part.key: group.lines for group in response.context["groups"]}
        assert len(groups["days"]) == 3
        assert [line.label for line in groups["sessions"]] == [f"Økt {first_day.day + n}" for n in range(3)]
        assert all("09:00" in line.before and "09:00" in line.after for line in groups["sessions"])
        page = response.content.decode()
        assert all(line.after in page for lines in groups.values() for line in lines)
        assert Event.objects.count() == 1

    def test_a_date_that_was_not_shown_is_shown_first(self, admin, event, first_day):
        shown = admin.get(address(event)).context["shown"]
        new = first_day + dt.timedelta(weeks=53)
        response = admin.post(address(event), wish(new, shown=shown, save=""))
        assert response.status_code == 200
        assert Event.objects.count() == 1
        assert (
            admin.post(address(event), wish(new, shown=response.context["shown"], save="")).status_code == 302
        )

    def test_what_somebody_moves_meanwhile_is_shown_first(self, admin, event, first_day):
        shown = admin.post(address(event), wish(first_day)).context["shown"]
        Session.objects.filter(event=event).update(title={"nb": "Et annet navn"})
        assert admin.post(address(event), wish(first_day, shown=shown, save="")).status_code == 200
        assert Event.objects.count() == 1

    def test_a_weekend_is_pointed_out_and_skipped_by_choice(self, admin, event, first_day):
        friday = first_day + dt.timedelta(weeks=52, days=3)
        response = admin.post(address(event), wish(friday))
        days = response.context["groups"][0]
        assert days.remarks == 2
        skipped = admin.post(address(event), wish(friday, skip_weekends="on")).context["groups"][0]
        assert skipped.remarks == 0

    def test_a_time_the_clock_skips_is_pointed_out(self, admin, index):
        event = make_event("Natt", date=dt.date(2027, 3, 20), hours=(None, None))
        add(event, event.days.get(), "02:30", "Nattøkt")
        response = admin.post(address(event), wish(dt.date(2027, 3, 28)))
        assert response.context["groups"][1].remarks == 1

    @pytest.mark.parametrize("typed", ["", "abc", "0001-01-01", "9999-12-31", "2027-02-30"])
    def test_a_first_day_that_is_none_is_refused_in_words(self, admin, event, typed):
        response = admin.post(address(event), {**wish(dt.date(2028, 1, 1)), "first_day": typed, "save": ""})
        assert response.status_code == 200
        assert response.context["form"].errors["first_day"]
        assert Event.objects.count() == 1

    def test_parts_nobody_knows_are_refused(self, admin, event, first_day):
        response = admin.post(address(event), wish(first_day, parts=["registrations"], save=""))
        assert response.context["form"].errors["parts"]


class TestAfterwards:
    def test_event_days_programme_and_pages_are_there(self, admin, event, first_day):
        new = first_day + dt.timedelta(weeks=52)
        copy = make(admin, event, new, edition=str(new.year))
        assert str(copy.name) == f"Samling {new.year}"
        assert [day.date for day in copy.days.all()] == [new + dt.timedelta(days=n) for n in range(3)]
        assert copy.sessions.count() == 3
        assert EventDayHost.objects.filter(day__event=copy).count() == 3
        page = get_event_page_models()[0].objects.get(event=copy)
        assert (page.title, page.slug, page.live) == (f"Samling {new.year}", f"samling-{new.year}", False)
        assert page.intro == "Kort sagt."
        assert page.get_latest_revision_as_object().event == copy

    def test_across_a_clock_change_every_time_on_the_wall_stays(self, admin, event, first_day):
        november = first_day + dt.timedelta(weeks=59)
        copy = make(admin, event, november)
        old = [each.start.astimezone(event.zone) for each in event.sessions.all()]
        new = [each.start.astimezone(copy.zone) for each in copy.sessions.all()]
        assert [each.time() for each in new] == [each.time() for each in old]
        assert {(after.date() - before.date()).days for before, after in zip(old, new, strict=True)} == {
            59 * 7
        }
        assert old[0].utcoffset() != new[0].utcoffset()

    def test_the_original_is_byte_identical(self, admin, event, first_day):
        rows = everything()
        before = [as_bytes(row) for row in rows]
        copy = make(admin, event, first_day + dt.timedelta(weeks=52))
        assert copy != event
        assert [as_bytes(row) for row in rows] == before

    def test_nothing_is_released_sent_or_accepted(self, admin, event, first_day):
        ConflictAcceptance.objects.create(event=event, fingerprint="x", reason="Ment slik")
        change_status(event, "cancelled", now=NOW)
        copy = make(admin, event, first_day + dt.timedelta(weeks=52))
        assert copy.status == "planned"
        assert not copy.releases.exists()
        assert not copy.conflict_acceptances.exists()
        assert mail.outbox == []
        assert set(copy.sessions.values_list("status", flat=True)) == {"draft"}

    def test_items_stay_confirmed_by_choice(self, admin, event, first_day):
        copy = make(admin, event, first_day + dt.timedelta(weeks=52), drafts="")
        assert set(copy.sessions.values_list("status", flat=True)) == {"confirmed"}

    def test_what_is_unticked_stays_behind(self, admin, event, first_day):
        copy = make(admin, event, first_day + dt.timedelta(weeks=52), parts=["hosts"])
        assert not copy.sessions.exists()
        assert not any(model.objects.filter(event=copy).exists() for model in get_event_page_models())
        assert EventDayHost.objects.filter(day__event=copy).count() == 3

    def test_pages_in_two_languages_are_translations_of_each_other_again(
        self, admin, event, first_day, index
    ):
        english = make_index("en", title="Events", slug="events")
        old = get_event_page_models()[0].objects.get(event=event)
        make_page(event, english, slug="gathering", translation_key=old.translation_key)
        copy = make(admin, event, first_day + dt.timedelta(weeks=52))
        pages = list(get_event_page_models()[0].objects.filter(event=copy))
        assert {page.locale.language_code for page in pages} == {"nb", "en"}
        assert len({page.translation_key for page in pages}) == 1
        assert pages[0].translation_key != old.translation_key

    def test_an_alias_is_not_copied(self, admin, event, first_day):
        get_event_page_models()[0].objects.get(event=event).create_alias(update_slug="speil")
        copy = make(admin, event, first_day + dt.timedelta(weeks=52))
        assert get_event_page_models()[0].objects.filter(event=copy).count() == 1

    def test_a_schedule_of_the_old_page_does_not_publish_the_new_one(self, admin, event, first_day):
        page = get_event_page_models()[0].objects.get(event=event)
        Page.objects.filter(pk=page.pk).update(expire_at=timezone.now(), go_live_at=timezone.now())
        copy = make(admin, event, first_day + dt.timedelta(weeks=52))
        new = get_event_page_models()[0].objects.get(event=copy)
        assert (new.go_live_at, new.expire_at, new.live) == (None, None, False)

    def test_a_second_click_makes_no_second_event(self, admin, event, first_day):
        new = first_day + dt.timedelta(weeks=52)
        make(admin, event, new)
        shown = admin.post(address(event), wish(new)).context["shown"]
        response = admin.post(address(event), wish(new, shown=shown, save=""))
        assert response.context["form"].errors["first_day"]
        assert Event.objects.count() == 2

    def test_hostile_editions_are_only_text(self, admin, event, first_day):
        hostile = "<script>alert(1)</script>{{7*7}}"
        response = admin.post(address(event), wish(first_day, edition=hostile))
        assert "<script>alert(1)" not in response.content.decode()
        copy = make(admin, event, first_day + dt.timedelta(weeks=52), edition=hostile)
        assert copy.edition == hostile
        page = get_event_page_models()[0].objects.get(event=copy)
        assert re.fullmatch(r"[\w-]+", page.slug)

    def test_pages_below_which_the_editor_may_not_write_stay_behind(self, client, event, first_day, index):
        oslo = Collection.get_first_root_node().add_child(name="Oslo")
        Event.objects.filter(pk=event.pk).update(collection=oslo)
        user = make_user("oslo", collection=oslo, actions=("add", "change"))
        client.force_login(user)
        choices = dict(client.get(address(event)).context["form"].fields["parts"].choices)
        assert choices["pages"].endswith("(0)")
        copy = make(client, event, first_day + dt.timedelta(weeks=52))
        assert not get_event_page_models()[0].objects.filter(event=copy).exists()
        give_pages(user.groups.first())
        choices = dict(client.get(address(event)).context["form"].fields["parts"].choices)
        assert choices["pages"].endswith("(1)")


@pytest.mark.parametrize(
    ("edition", "years", "next_one"),
    [("2027", 1, "2028"), ("2027", 2, "2029"), ("12", 1, "13"), ("9", 3, "10"), ("Vår 2027", 1, "Vår 2028"),
     ("", 1, ""), ("Høst", 1, "Høst"), ("2027/2", 1, "2027/3")],
)  # fmt: skip
def test_the_edition_that_follows(edition, years, next_one):
    assert next_edition(edition, years=years) == next_one
