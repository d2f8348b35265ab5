"""Facts, days with hosts and organisations in one save; bad input is answered at its field."""

import datetime as dt

import pytest
from django.urls import reverse

from nsr_events.admin.pages import make_page
from nsr_events.core.events import change_status, save_facts
from nsr_events.core.models import Event, EventOrganisation, Organisation
from tests.admin.conftest import NOW, make_user


@pytest.fixture
def npd(world):
    return Organisation.objects.create(name="Politidirektoratet")


def url_of(event):
    return reverse("nsr_events_admin:days", args=[event.pk])


def form_of(client, event):
    """What a browser would send back unchanged."""
    response = client.get(url_of(event))
    data = {"changed_at": response.context["changed_at"]}
    forms = response.context["forms"]
    for form in [forms.facts, *forms.days.forms, *forms.organisations.forms]:
        data.update(_posted(form))
    for formset in (forms.days, forms.organisations):
        data.update(_posted(formset.management_form))
    return data


def _posted(form):
    found = {}
    for bound in form:
        value = bound.value()
        if hasattr(bound.field, "languages"):
            texts = bound.field.widget.decompress(value)
            found.update(
                {
                    f"{bound.html_name}_{code}": text
                    for (code, _name), text in zip(bound.field.languages, texts, strict=True)
                }
            )
        elif value is not None and value is not False:
            found[bound.html_name] = getattr(value, "pk", value)
    return {name: "" if value is None else str(value) for name, value in found.items()}


def save(client, event, **changes):
    return client.post(url_of(event), {**form_of(client, event), **changes}, follow=True)


def names_of_hosts(event):
    return [[host.organisation.name for host in day.day_hosts.all()] for day in event.days.all()]


def test_saving_without_a_change_changes_nothing(as_editor, world):
    before = Event.objects.get(pk=world.event.pk)
    response = save(as_editor, world.event)
    after = Event.objects.get(pk=world.event.pk)
    assert response.redirect_chain
    assert (after.ical_sequence, after.changed_at, str(after.name)) == (
        before.ical_sequence,
        before.changed_at,
        str(before.name),
    )


def test_facts_days_hosts_and_organisations_are_saved_together(as_editor, world, npd):
    save(
        as_editor,
        world.event,
        **{
            "name_nb": "Samling for næringslivskontakter",
            "days-0-closes": "17:30",
            "days-0-theme_nb": "Hvem vi er",
            "days-1-host_1": npd.pk,
            "days-1-host_2": world.organisation.pk,
            "organisations-TOTAL_FORMS": "2",
            "organisations-0-organisation": npd.pk,
            "organisations-0-role": "organiser",
            "organisations-0-ORDER": "2",
            "organisations-1-organisation": world.organisation.pk,
            "organisations-1-role": "partner",
            "organisations-1-ORDER": "1",
        },
    )
    event = Event.objects.get(pk=world.event.pk)
    assert str(event.name) == "Samling for næringslivskontakter"
    assert event.days.first().closes == dt.time(17, 30)
    assert names_of_hosts(event) == [[], ["Politidirektoratet", "Kripos"], []]
    assert [(row.organisation.name, row.role) for row in event.organisations.all()] == [
        ("Kripos", "partner"),
        ("Politidirektoratet", "organiser"),
    ]


def test_a_day_is_added_and_another_removed(as_editor, world):
    save(
        as_editor,
        world.event,
        **{
            "days-TOTAL_FORMS": "4",
            "days-0-DELETE": "1",
            "days-3-date": "2027-03-12",
            "days-3-opens": "10:00",
            "days-3-closes": "12:00",
        },
    )
    event = Event.objects.get(pk=world.event.pk)
    assert [day.date.day for day in event.days.all()] == [10, 11, 12]
    assert (event.local_start.day, event.local_end.hour) == (10, 12)


def test_two_days_may_trade_dates(as_editor, world):
    uids = [day.uid for day in world.event.days.all()]
    save(as_editor, world.event, **{"days-0-date": "2027-03-10", "days-1-date": "2027-03-09"})
    assert [day.uid for day in world.event.days.all()] == [uids[1], uids[0], uids[2]]


@pytest.mark.parametrize(
    ("changes", "form", "field"),
    [
        ({"days-0-opens": "14:00", "days-0-closes": "09:00"}, "days", "closes"),
        ({"timezone": "Europe/Osloo"}, "facts", "timezone"),
        ({"days-1-date": "2027-03-09"}, "days", "date"),
        ({"days-0-date": "2127-03-09"}, "days", "date"),
        ({"days-0-date": "9999-12-31"}, "days", "date"),
        ({"days-0-date": "i morgen"}, "days", "date"),
        ({"name_nb": "x" * 1_000_000}, "facts", "name"),
        ({"name_nb": ""}, "facts", "name"),
        ({"days-0-theme_nb": "x" * 1_000_000}, "days", "theme"),
        ({"online_url": "javascript:alert(1)"}, "facts", "online_url"),
        ({"contact_email": "ikke en adresse"}, "facts", "contact_email"),
        ({"venue": "999999"}, "facts", "venue"),
        ({"venue": "abc"}, "facts", "venue"),
        ({"type": "999999"}, "facts", "type"),
        ({"days-0-capacity": "-1"}, "days", "capacity"),
        ({"days-0-capacity": "9" * 30}, "days", "capacity"),
        ({"days-0-venue": "9" * 30}, "days", "venue"),
        ({"days-0-host_1": "999999"}, "days", "host_1"),
        ({"collection": "999999"}, "facts", "collection"),
    ],
)
def test_a_mistake_is_told_at_its_field_and_nothing_is_saved(client, world, changes, form, field):
    client.force_login(world.boss)
    response = save(client, world.event, **{"contact_name": "Endret", **changes})
    forms = response.context["forms"]
    found = getattr(forms, form)
    errors = (
        found.errors
        if form == "facts"
        else {name: text for row in found.errors for name, text in row.items()}
    )
    assert response.status_code == 200
    assert field in errors
    assert Event.objects.get(pk=world.event.pk).contact_name == ""
    assert response.context["forms"].facts["contact_name"].value() == "Endret", "nothing typed is lost"


def test_an_organisation_deleted_meanwhile_is_told_at_its_field(as_editor, world, npd):
    data = form_of(as_editor, world.event)
    gone = npd.pk
    npd.delete()
    added = {
        "organisations-TOTAL_FORMS": "1",
        "organisations-0-organisation": gone,
        "organisations-0-role": "partner",
        "days-0-host_1": gone,
    }
    response = as_editor.post(url_of(world.event), {**data, **added})
    assert response.status_code == 200
    assert "organisation" in response.context["forms"].organisations.errors[0]
    assert "host_1" in response.context["forms"].days.errors[0]
    assert names_of_hosts(world.event) == [[], [], []]


def test_the_same_organisation_twice_in_one_role_is_told_at_its_field(as_editor, world, npd):
    row = {"organisation": npd.pk, "role": "partner"}
    twice = {f"organisations-{number}-{name}": value for number in (0, 1) for name, value in row.items()}
    response = save(as_editor, world.event, **{"organisations-TOTAL_FORMS": "2", **twice})
    assert "organisation" in response.context["forms"].organisations.errors[1]
    assert not EventOrganisation.objects.exists()


def test_an_event_keeps_at_least_one_day(as_editor, world):
    gone = {f"days-{number}-DELETE": "1" for number in range(3)}
    response = save(as_editor, world.event, **gone)
    assert response.context["forms"].days.non_form_errors()
    assert world.event.days.count() == 3


@pytest.mark.parametrize("total", ["", "abc", "-1", "100000"])
def test_a_tampered_number_of_days_is_refused_in_words(as_editor, world, total):
    response = save(as_editor, world.event, **{"days-TOTAL_FORMS": total})
    assert response.status_code == 200
    assert world.event.days.count() == 3


def test_the_second_of_two_editors_sees_who_was_faster_and_loses_nothing(as_editor, client, world):
    data = form_of(as_editor, world.event)
    event = Event.objects.get(pk=world.event.pk)
    event.contact_name = "Den første"
    save_facts(event, now=NOW, by=world.boss)
    response = as_editor.post(url_of(event), {**data, "contact_phone": "22 00 00 00"})
    text = response.content.decode()
    assert Event.objects.get(pk=event.pk).contact_phone == ""
    assert "boss" in text
    assert "22 00 00 00" in text
    again = {**data, "contact_phone": "22 00 00 00", "changed_at": response.context["changed_at"]}
    as_editor.post(url_of(event), again)
    assert Event.objects.get(pk=event.pk).contact_phone == "22 00 00 00"


def test_a_day_that_somebody_added_meanwhile_is_kept(as_editor, world, npd):
    data = form_of(as_editor, world.event)
    extra = {
        "days-TOTAL_FORMS": "4",
        "days-3-date": "2027-03-12",
        "days-3-host_1": npd.pk,
    }
    save(as_editor, world.event, **extra)
    stale = as_editor.post(url_of(world.event), {**data, "contact_name": "Kari"})
    as_editor.post(
        url_of(world.event), {**data, "contact_name": "Kari", "changed_at": stale.context["changed_at"]}
    )
    event = Event.objects.get(pk=world.event.pk)
    assert event.contact_name == "Kari"
    assert names_of_hosts(event) == [[], [], [], ["Politidirektoratet"]]


@pytest.mark.parametrize("stamp", ["", "i går", "2020-01-01T00:00:00+00:00"])
def test_a_form_without_a_right_time_stamp_saves_nothing(as_editor, world, stamp):
    save(as_editor, world.event, contact_name="Kari", changed_at=stamp)
    assert Event.objects.get(pk=world.event.pk).contact_name == ""


def test_an_event_stays_in_a_collection_the_editor_may_not_add_to(client, world):
    changer = make_user("changer", collection=world.oslo, actions=["change"])
    client.force_login(changer)
    save(client, world.event, contact_name="Kari", collection=world.trondelag.pk)
    event = Event.objects.get(pk=world.event.pk)
    assert (event.contact_name, event.collection) == ("Kari", world.oslo)


def test_the_status_is_changed_with_its_words(as_editor, world):
    url = reverse("nsr_events_admin:status", args=[world.event.pk])
    stamp = as_editor.get(url).context["changed_at"]
    as_editor.post(url, {"status": "cancelled", "status_note_nb": "For få påmeldte.", "changed_at": stamp})
    event = Event.objects.get(pk=world.event.pk)
    assert (event.status, str(event.status_note)) == ("cancelled", "For få påmeldte.")
    assert event.status_changed_at


class TestReviving:
    """The way back from cancelled is a screen of its own."""

    @pytest.fixture
    def cancelled(self, world):
        change_status(world.event, "cancelled", note={"nb": "Streik"}, now=NOW)
        return world.event

    def test_the_status_screen_leads_there_and_offers_no_other_status(self, as_editor, cancelled):
        response = as_editor.get(reverse("nsr_events_admin:status", args=[cancelled.pk]))
        revive = reverse("nsr_events_admin:revive", args=[cancelled.pk])
        assert revive in response.content.decode()
        stamp = response.context["changed_at"]
        url = reverse("nsr_events_admin:status", args=[cancelled.pk])
        again = as_editor.post(url, {"status": "confirmed", "changed_at": stamp})
        assert again.context["form"].errors["status"]
        assert Event.objects.get(pk=cancelled.pk).status == "cancelled"

    def test_it_asks_before_it_brings_the_event_back(self, as_editor, cancelled):
        url = reverse("nsr_events_admin:revive", args=[cancelled.pk])
        page = as_editor.get(url)
        assert "Streik" not in page.content.decode()
        assert Event.objects.get(pk=cancelled.pk).status == "cancelled"
        as_editor.post(url, {"changed_at": page.context["changed_at"], "status_note_nb": "Streiken er over."})
        event = Event.objects.get(pk=cancelled.pk)
        assert (event.status, str(event.status_note)) == ("confirmed", "Streiken er over.")

    def test_a_stale_tab_revives_nothing(self, as_editor, cancelled):
        url = reverse("nsr_events_admin:revive", args=[cancelled.pk])
        assert as_editor.post(url, {"changed_at": "2020-01-01T00:00:00+00:00"}).status_code == 200
        assert Event.objects.get(pk=cancelled.pk).status == "cancelled"

    def test_what_is_not_cancelled_is_not_revived(self, as_editor, world):
        url = reverse("nsr_events_admin:revive", args=[world.event.pk])
        for response in (as_editor.get(url), as_editor.post(url)):
            assert response.headers["Location"] == reverse("nsr_events_admin:status", args=[world.event.pk])
        assert Event.objects.get(pk=world.event.pk).status == "planned"


def test_a_new_date_of_a_postponed_event_confirms_it_and_says_so(as_editor, world):
    change_status(world.event, "postponed", now=NOW)
    response = save(as_editor, world.event, **{"days-0-date": "2027-03-08"})
    assert Event.objects.get(pk=world.event.pk).status == "confirmed"
    said = [str(message) for message in response.context["messages"]]
    assert len(said) == 2


def test_an_unknown_status_is_refused(as_editor, world):
    response = as_editor.post(reverse("nsr_events_admin:status", args=[world.event.pk]), {"status": "borte"})
    assert response.context["form"].errors["status"]


class TestAskingFirst:
    """A change that moves people is confirmed when a page is live; nothing else is."""

    @pytest.fixture
    def live(self, world):
        make_page(world.event, parent=world.index, by=world.boss).get_latest_revision().publish()
        return world.event

    def test_a_new_date_asks_names_whom_it_concerns_and_saves_nothing_yet(self, as_editor, live):
        response = save(as_editor, live, **{"days-0-date": "2027-03-08"})
        question = response.context["question"]
        assert [(audience.count, question.answer) for audience in question.audiences] == [(1, "days")]
        assert response.context["forms"].days.forms[0]["date"].value() == "2027-03-08"
        event = Event.objects.get(pk=live.pk)
        assert (event.days.first().date.day, event.ical_sequence) == (9, 0)

    def test_the_answer_saves_and_raises_the_sequence_once(self, as_editor, live):
        save(as_editor, live, **{"days-0-date": "2027-03-08", "confirmed": "days"})
        event = Event.objects.get(pk=live.pk)
        assert (event.days.first().date.day, event.ical_sequence) == (8, 1)

    def test_another_change_than_the_confirmed_one_is_asked_about_again(self, as_editor, live):
        both = {"days-0-date": "2027-03-08", "timezone": "Europe/Lisbon", "confirmed": "days"}
        assert save(as_editor, live, **both).context["question"].answer == "days,timezone"
        assert Event.objects.get(pk=live.pk).timezone == "Europe/Oslo"

    def test_a_new_contact_is_not_asked_about(self, as_editor, live):
        save(as_editor, live, contact_name="Kari")
        assert Event.objects.get(pk=live.pk).contact_name == "Kari"

    def test_nor_a_new_date_while_no_page_is_live(self, as_editor, world):
        save(as_editor, world.event, **{"days-0-date": "2027-03-08"})
        assert world.event.days.first().date.day == 8
