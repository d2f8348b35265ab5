"""Editing and booking on the own page: what is saved, what comes back, and that two tabs never undo each other."""

import datetime as dt
from unittest import mock

import pytest
from cryptography.fernet import Fernet
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from nsr_events.outbox.models import OutgoingMail
from nsr_events.programme.releases import release_programme
from nsr_events.programme.sessions import create_session
from nsr_events.registration import links, seats
from nsr_events.registration.links import Purpose
from nsr_events.registration.models import Registration, RegistrationSetup

from .asking import form, make_question, open_event
from .asking import person as typed

pytestmark = pytest.mark.django_db


def come(event, number=1, **data):
    """Somebody who filled in the form."""
    filled = form(event, {"email": f"deltaker{number}@example.no", **data})
    assert filled.is_valid(), filled.errors
    return seats.register(event, filled.application(), now=timezone.now()).registration


def entered(row):
    """A browser that came with the link."""
    client = Client()
    client.get(f"/me/{links.token(Purpose.ME, row)}/")
    return client


def url(name, row):
    return reverse(f"nsr_events:{name}", args=[row.reference])


def fresh(row):
    return Registration.objects.get(pk=row.pk)


def body(response):
    return response.content.decode()


class TestEditing:
    @pytest.fixture
    def event(self):
        return open_event(days=2)

    @pytest.fixture
    def why(self, event):
        return make_question(event, "paragraph", "Hvorfor")

    @pytest.fixture
    def row(self, event, why):
        return come(event, **{why.key: "Godt å lære"})

    def edit(self, row, browser=None, *, version=None, **data):
        values = {**typed(email=row.email), "row_version": version or fresh(row).row_version, **data}
        return (browser or entered(row)).post(url("me_edit", row), values)

    def test_what_is_there_stands_in_the_form_which_counts_as_the_first_one_did(self, row, why):
        page = body(entered(row).get(url("me_edit", row)))
        assert "Godt å lære" in page
        for script in ("ne-conditions", "ne-count"):
            assert f"{script}." in page or f"{script}.js" in page

    def test_a_change_is_saved_and_said(self, row, why):
        answer = self.edit(row, first_name="Ny", **{why.key: "Annet"})
        assert answer.url == url("me_page", row) + "?done=changed"
        assert (fresh(row).first_name, fresh(row).answers) == ("Ny", {why.key: "Annet"})
        assert row.history.count() == 2
        kinds = OutgoingMail.objects.filter(registration=row).values_list("kind", flat=True)
        assert list(kinds) == ["registration.confirmed"]

    def test_errors_come_first_and_nothing_typed_is_lost(self, row, why):
        answer = self.edit(row, first_name="", **{why.key: "Langt svar"})
        text = body(answer)
        assert answer.status_code == 200
        assert text.split("<title>")[1].startswith(gettext("Error:"))
        assert "Langt svar" in text
        assert fresh(row).answers == {why.key: "Godt å lære"}

    def test_a_stale_tab_is_told_keeps_what_was_typed_and_may_press_again(self, row, why):
        browser, old = entered(row), fresh(row).row_version
        self.edit(row, browser, first_name="Første")
        answer = self.edit(row, browser, version=old, first_name="Andre")
        assert answer.status_code == 409
        assert 'value="Andre"' in body(answer)
        assert fresh(row).first_name == "Første"
        assert f'name="row_version" value="{fresh(row).row_version}"' in body(answer)
        self.edit(row, browser, first_name="Andre")
        assert fresh(row).first_name == "Andre"

    def test_a_busy_event_keeps_what_was_typed(self, row, why):
        with mock.patch.object(seats, "change", side_effect=seats.Busy):
            answer = self.edit(row, first_name="Travel")
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert 'value="Travel"' in body(answer)

    def test_after_the_deadline_the_form_is_not_there_and_takes_nothing(self, row, event):
        RegistrationSetup.objects.filter(event=event).update(edit_until=timezone.now())
        browser = entered(row)
        assert browser.get(url("me_edit", row)).url == url("me_page", row)
        assert self.edit(row, browser, first_name="Sen").url == url("me_page", row)
        assert fresh(row).first_name != "Sen"

    def test_sensitive_answers_are_never_shown_back_and_removed_with_one_choice(self, event, settings):
        settings.NSR_EVENTS = {
            **getattr(settings, "NSR_EVENTS", {}),
            "SENSITIVE_KEYS": [Fernet.generate_key()],
        }
        diet = make_question(event, "text", "Allergier", sensitive=True)
        row = come(event, **{diet.key: "MARKOER", "sensitive_consent": "on"})
        browser = entered(row)
        assert "MARKOER" not in body(browser.get(url("me_edit", row)))
        consents = row.consents.filter(text__use="sensitive", withdrawn_at=None)
        assert consents.count() == 1
        self.edit(row, browser, sensitive_action="remove")
        assert consents.count() == 0
        assert "MARKOER" not in body(browser.get(url("me_page", row)))


class TestBooking:
    @pytest.fixture
    def event(self):
        return open_event(days=1)

    @pytest.fixture
    def sessions(self, event, django_user_model):
        """Two that overlap, one that touches, one with a single seat."""
        found = {}
        for title, start, capacity in (
            ("Først", "10:00", None), ("Samtidig", "10:30", None), ("Etterpå", "11:00", None), ("Smal", "13:00", 1),
        ):  # fmt: skip
            made = create_session(
                event, day=event.days.get().uid, start=start, minutes=60, title={"nb": title}, now=timezone.now(),
                bookable=True, capacity=capacity,
            )  # fmt: skip
            found[title] = str(made.sessions[0].uid)
        release_programme(event, now=timezone.now(), by=django_user_model.objects.create_user("boss"))
        return found

    @pytest.fixture
    def row(self, event, sessions):
        return come(event)

    def book(self, row, uids, browser=None, *, version=None):
        values = {"row_version": version or fresh(row).row_version, "sessions": uids}
        return (browser or entered(row)).post(url("me_sessions", row), values)

    def titles(self, row):
        return sorted(str(each.session.title) for each in row.bookings.select_related("session"))

    def test_exactly_what_is_ticked_is_booked_and_touching_is_no_overlap(self, row, sessions):
        assert self.book(row, [sessions["Først"], sessions["Etterpå"]]).status_code == 302
        assert self.titles(row) == ["Etterpå", "Først"]
        self.book(row, [sessions["Etterpå"]])
        assert self.titles(row) == ["Etterpå"]

    def test_two_at_a_time_in_one_form_are_refused_by_name_with_the_ticks_kept(self, row, sessions):
        answer = self.book(row, [sessions["Først"], sessions["Samtidig"], sessions["Smal"]])
        words = gettext("“%(one)s” and “%(other)s” are at the same time. Choose one of them")
        text = body(answer)
        assert words % {"one": "Først", "other": "Samtidig"} in text
        assert self.titles(row) == []
        for title in ("Først", "Samtidig", "Smal"):
            assert f'value="{sessions[title]}" id="s-{sessions[title]}" checked' in text

    def test_two_tabs_never_book_two_at_a_time(self, row, sessions):
        browser, version = entered(row), fresh(row).row_version
        assert self.book(row, [sessions["Først"]], browser, version=version).status_code == 302
        second = self.book(row, [sessions["Samtidig"]], browser, version=version)
        assert second.status_code == 409
        assert f'id="s-{sessions["Samtidig"]}" checked' in body(second)
        assert self.titles(row) == ["Først"]

    def test_one_that_filled_up_is_told_and_the_rest_of_the_form_kept(self, row, event, sessions):
        other = come(event, 2)
        seats.book(other, [sessions["Smal"]], now=timezone.now())
        answer = self.book(row, [sessions["Smal"], sessions["Først"]])
        words = gettext("“%(title)s” is full now. Choose another, or none") % {"title": "Smal"}
        assert words in body(answer)
        assert f'id="s-{sessions["Først"]}" checked' in body(answer)
        assert self.titles(row) == []

    def test_what_somebody_holds_stays_theirs_where_it_is_full(self, row, sessions):
        self.book(row, [sessions["Smal"]])
        assert self.book(row, [sessions["Smal"], sessions["Først"]]).status_code == 302
        assert self.titles(row) == ["Først", "Smal"]

    def test_after_the_deadline_nothing_is_booked(self, row, event, sessions):
        RegistrationSetup.objects.filter(event=event).update(
            booking_until=timezone.now() - dt.timedelta(minutes=1)
        )
        assert self.book(row, [sessions["Først"]]).url == url("me_page", row)
        assert self.titles(row) == []

    @pytest.mark.parametrize("uid", ["", "x", "\x00", "7d9a43f0-0000-4000-8000-000000000000"])
    def test_what_is_not_offered_is_refused_and_nothing_is_done(self, row, sessions, uid):
        assert self.book(row, [uid]).status_code == 200
        assert self.titles(row) == []
