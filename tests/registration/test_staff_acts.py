"""What organisers do for somebody: sessions, an address not confirmed, a speaker profile, a withdrawn consent."""

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone
from django.utils.translation import gettext

from nsr_events.core.audit import AuditEntry
from nsr_events.core.models import Person
from nsr_events.outbox.models import OutgoingMail
from nsr_events.programme.models import SessionPerson
from nsr_events.programme.releases import release_programme
from nsr_events.programme.sessions import create_session
from nsr_events.registration import seats, sensitive
from nsr_events.registration.models import ConsentText, Registration, RegistrationSetup, SensitiveAnswers
from nsr_events.registration.seats import Refused
from tests.admin.conftest import make_user
from tests.factories import application
from tests.registration.people import address, ask, coming_event, fresh, pending_category, person

pytestmark = pytest.mark.django_db
S = Registration.Status


@pytest.fixture
def event(region):
    return coming_event(collection=region, capacity=3)


def screen(client, row, verb):
    return client.get(address(row.event, "act", row.uid, verb)).content.decode()


def do(client, row, verb, **data):
    """Press the button on the screen of an act."""
    values = {"row_version": fresh(row).row_version, "notice": "standard", **data}
    return client.post(address(row.event, "act", row.uid, verb), values)


def done(response):
    return response.status_code == 302


def log(row):
    entries = AuditEntry.objects.filter(object_uid=str(row.uid)).order_by("pk")
    return [entry.action for entry in entries if not entry.action.endswith("opened")]


def booked(row):
    return sorted(str(each.session.title) for each in row.bookings.select_related("session"))


class TestSessions:
    @pytest.fixture
    def sessions(self, event, registrar):
        """Two at the same time, one of them with a single seat that somebody has, and one later."""
        now, found = timezone.now(), {}
        for title, start, capacity in (("Smal", "10:00", 1), ("Bred", "10:30", None), ("Sen", "13:00", None)):
            made = create_session(
                event, day=event.days.get().uid, start=start, minutes=60, title={"nb": title}, now=now, bookable=True,
                capacity=capacity,
            )  # fmt: skip
            found[title] = str(made.sessions[0].uid)
        release_programme(event, now=now, by=registrar)
        seats.book(person(event, 9), [found["Smal"]], now=now)
        return found

    def test_they_get_exactly_what_is_ticked_and_read_of_it(self, desk, event, sessions):
        row = person(event)
        assert done(do(desk, row, "sessions", sessions=[sessions["Bred"], sessions["Sen"]]))
        assert booked(row) == ["Bred", "Sen"]
        assert done(do(desk, row, "sessions", sessions=[sessions["Sen"]], notice="none"))
        assert booked(row) == ["Sen"]
        kinds = OutgoingMail.objects.filter(registration=row).order_by("pk").values_list("kind", flat=True)
        assert list(kinds) == ["registration.confirmed", "registration.changed"]
        assert log(row) == ["registration.booked", "registration.booked"]

    def test_the_screen_tells_times_and_seats(self, desk, event, sessions):
        text = screen(desk, person(event), "sessions")
        assert "10:00–11:00: Smal (1 " in text
        assert "13:00–14:00: Sen" in text

    def test_also_after_the_deadline_for_participants(self, desk, event, sessions):
        row = person(event)
        setup = event.registration_setup
        setup.booking_until = timezone.now()
        setup.save()
        with pytest.raises(Refused):
            seats.book(row, [sessions["Sen"]], now=timezone.now())
        assert done(do(desk, row, "sessions", sessions=[sessions["Sen"]]))

    def test_a_full_one_is_named_and_exceeded_with_a_reason_only(self, desk, event, sessions):
        row = person(event)
        answer = do(desk, row, "sessions", sessions=[sessions["Smal"]])
        assert gettext("“%(title)s” is full") % {"title": "Smal"} in answer.content.decode()
        assert not done(do(desk, row, "sessions", sessions=[sessions["Smal"]], above_capacity="on"))
        assert not row.bookings.exists()
        ticked = do(
            desk, row, "sessions", sessions=[sessions["Smal"]], above_capacity="on", reason="Innleder"
        )
        assert done(ticked)
        assert booked(row) == ["Smal"]
        assert log(row) == ["registration.booked", "registration.above_capacity"]
        assert row.history.last().reason == "Innleder"

    def test_the_verb_itself_exceeds_for_nobody_else_and_never_without_a_reason(
        self, event, sessions, registrar
    ):
        row = person(event)
        for extra in ({"reason": "Vil så gjerne"}, {"by": registrar}):
            with pytest.raises(Refused):
                seats.book(row, [sessions["Smal"]], now=timezone.now(), above_capacity=True, **extra)
        assert not row.bookings.exists()

    def test_two_at_a_time_are_refused_by_name_also_above_capacity(self, desk, event, sessions):
        row = person(event)
        both = [sessions["Smal"], sessions["Bred"]]
        answer = do(desk, row, "sessions", sessions=both, above_capacity="on", reason="Innleder")
        words = gettext("“%(one)s” and “%(other)s” are at the same time")
        assert words % {"one": "Smal", "other": "Bred"} in answer.content.decode()
        assert not row.bookings.exists()

    def test_who_waits_is_not_offered_it(self, desk, event, sessions):
        for number in (1, 2):
            person(event, number)
        waiting = person(event, 3)
        assert waiting.status == S.WAITLISTED
        assert done(do(desk, waiting, "sessions", sessions=[sessions["Sen"]]))
        assert not waiting.bookings.exists()

    def test_a_foreign_session_is_refused_at_the_field(self, desk, event, sessions):
        row = person(event)
        assert not done(do(desk, row, "sessions", sessions=["7d9a43f0-0000-4000-8000-000000000000"]))
        assert not row.bookings.exists()


class TestAnAddressNotConfirmed:
    @pytest.fixture
    def unverified(self, event):
        RegistrationSetup.objects.filter(event=event).update(verify_email=True)
        event.registration_setup.refresh_from_db()
        row = person(event)
        assert row.status == S.UNVERIFIED
        return row

    def test_is_confirmed_with_a_seat_and_its_mail(self, desk, unverified):
        assert done(do(desk, unverified, "verify", reason="Ringte"))
        row = fresh(unverified)
        assert (row.status, row.history.last().reason) == (S.CONFIRMED, "Ringte")
        assert OutgoingMail.objects.filter(registration=row, kind="registration.confirmed").exists()
        assert log(row) == ["registration.verified"]

    def test_gets_in_line_where_it_is_full_unless_exceeded(self, desk, event, unverified, registrar):
        for number in (2, 3, 4):
            person(event, number, by=registrar)
        assert done(do(desk, unverified, "verify"))
        assert fresh(unverified).status == S.WAITLISTED

    def test_goes_above_capacity_with_a_reason(self, desk, event, unverified, registrar):
        for number in (2, 3, 4):
            person(event, number, by=registrar)
        assert not done(do(desk, unverified, "verify", above_capacity="on"))
        assert done(do(desk, unverified, "verify", above_capacity="on", reason="Innleder"))
        assert fresh(unverified).status == S.CONFIRMED
        assert log(unverified) == ["registration.verified", "registration.above_capacity"]

    def test_is_not_approved_a_second_time_when_an_organiser_vouches(self, desk, event):
        RegistrationSetup.objects.filter(event=event).update(verify_email=True)
        event.registration_setup.refresh_from_db()
        row = person(event, category=pending_category(event))
        assert done(do(desk, row, "verify"))
        assert fresh(row).status == S.CONFIRMED

    def test_the_persons_own_button_does_nothing_afterwards(self, desk, unverified):
        do(desk, unverified, "verify")
        with pytest.raises(Refused):
            seats.verify(fresh(unverified), now=timezone.now())


class TestSpeakerProfiles:
    @pytest.fixture
    def speaker(self, event):
        found = Person.objects.create(given_name="Ida", family_name="Innleder", email="Ida@Example.no")
        made = create_session(
            event,
            day=event.days.get().uid,
            start="10:00",
            minutes=60,
            title={"nb": "Innledning"},
            now=timezone.now(),
        )
        SessionPerson.objects.create(session=made.sessions[0], person=found)
        return found

    def test_the_same_address_is_the_same_person(self, event, speaker):
        assert person(event, email="ida@example.NO").person == speaker
        assert person(event, 2).person is None

    def test_two_profiles_with_one_address_are_nobodys(self, event, speaker):
        Person.objects.create(given_name="Ida", family_name="Dobbel", email="ida@example.no")
        assert person(event, email="ida@example.no").person is None

    def test_a_colleague_who_takes_the_seat_brings_a_profile_of_their_own_only(self, event, speaker):
        row = person(event, email="deltaker@example.no")
        new = seats.transfer(
            row, first_name="Ida", last_name="Innleder", email="ida@example.no", now=timezone.now(),
            by=make_user("boss"),
        )  # fmt: skip
        assert new.person == speaker

    def test_an_organiser_links_and_unlinks(self, desk, event, speaker):
        row = person(event)
        assert "Ida Innleder" in screen(desk, row, "person")
        assert done(do(desk, row, "person", person=speaker.pk))
        assert fresh(row).person == speaker
        assert "Ida Innleder" in desk.get(address(event, "person", row.uid)).content.decode()
        assert done(do(desk, row, "person", person=""))
        assert fresh(row).person is None
        assert log(row) == ["person.linked", "person.linked"]
        assert OutgoingMail.objects.filter(registration=row).count() == 1

    def test_only_this_events_speakers_are_offered(self, desk, event, speaker):
        stranger = Person.objects.create(given_name="Per", family_name="Fremmed")
        row = person(event)
        assert "Per Fremmed" not in screen(desk, row, "person")
        assert not done(do(desk, row, "person", person=stranger.pk))
        assert fresh(row).person is None

    def test_without_speakers_nothing_is_offered(self, desk, event):
        row = person(event)
        verbs = desk.get(address(event, "person", row.uid)).context["verbs"]
        assert "person" not in [verb.key for verb in verbs]


class TestWithdrawnConsents:
    @pytest.fixture
    def keys(self, settings):
        settings.NSR_EVENTS = {
            **getattr(settings, "NSR_EVENTS", {}),
            "SENSITIVE_KEYS": [Fernet.generate_key()],
        }

    def agree(self, row, use, number=1):
        text = ConsentText.objects.create(
            event=row.event, use=use, number=number, text={"nb": f"Ord om {use}"}, digest=f"{use}{number}",
            made_at=timezone.now(),
        )  # fmt: skip
        return row.consents.create(text=text, language="nb", source="web", given_at=timezone.now())

    def url(self, row, consent):
        return address(row.event, "consent", row.uid, consent.pk)

    def test_it_is_recorded_with_how_and_by_whom(self, desk, event, registrar):
        row = person(event)
        consent = self.agree(row, "photo")
        assert "Ord om photo" in desk.get(self.url(row, consent)).content.decode()
        assert desk.get(self.url(row, consent)).status_code == 200
        consent.refresh_from_db()
        assert consent.withdrawn_at is None

        assert done(desk.post(self.url(row, consent), {"reason": "Ringte 3. mars"}))
        consent.refresh_from_db()
        step = row.history.last()
        assert consent.withdrawn_at
        assert (step.by, step.before, step.after) == (registrar, "confirmed", "confirmed")
        assert "Ringte 3. mars" in step.reason
        assert log(row) == ["consent.withdrawn"]
        assert "Ringte" not in str(vars(AuditEntry.objects.get(action="consent.withdrawn")))

    def test_how_they_told_us_is_needed(self, desk, event):
        row = person(event)
        consent = self.agree(row, "photo")
        assert not done(desk.post(self.url(row, consent), {"reason": " "}))
        consent.refresh_from_db()
        assert consent.withdrawn_at is None

    def test_the_name_leaves_the_list_and_an_open_form_does_not_bring_it_back(self, desk, event):
        row = person(event, listed=True)
        consent = self.agree(row, "list")
        opened = fresh(row)
        desk.post(self.url(row, consent), {"reason": "E-post"})
        assert fresh(row).listed is False
        with pytest.raises(seats.Stale):
            seats.change(
                opened, application(event, listed=True), now=timezone.now(), row_version=opened.row_version
            )
        assert fresh(row).listed is False

    def test_sensitive_answers_are_gone_at_once(self, desk, event, keys):
        row = person(event)
        SensitiveAnswers.objects.create(
            registration=row, token=sensitive.encrypt(row.uid, {"q_mat": "nøtter"})
        )
        consent = self.agree(row, "sensitive")
        follows = gettext("The sensitive answers are deleted at once, and cannot be brought back.")
        assert follows in desk.get(self.url(row, consent)).content.decode()
        desk.post(self.url(row, consent), {"reason": "E-post"})
        assert sensitive.decrypt(SensitiveAnswers.objects.get().token, row.uid).answers == {}

    def test_also_where_the_key_is_lost(self, desk, event, keys, settings):
        row = person(event)
        SensitiveAnswers.objects.create(
            registration=row, token=sensitive.encrypt(row.uid, {"q_mat": "nøtter"})
        )
        settings.NSR_EVENTS = {**settings.NSR_EVENTS, "SENSITIVE_KEYS": []}
        desk.post(self.url(row, self.agree(row, "sensitive")), {"reason": "E-post"})
        assert not SensitiveAnswers.objects.exists()

    def test_a_busy_event_says_so_and_keeps_what_was_typed(self, desk, event, monkeypatch):
        def busy(*args, **kwargs):
            raise seats.Busy

        row = person(event)
        consent = self.agree(row, "photo")
        monkeypatch.setattr("nsr_events.registration.people.consenting.consents.withdraw", busy)
        answer = desk.post(self.url(row, consent), {"reason": "Ringte"})
        assert not done(answer)
        assert 'value="Ringte"' in answer.content.decode()
        assert log(row) == []

    def test_twice_is_once_and_the_privacy_text_is_no_consent(self, desk, event):
        row = person(event)
        consent, shown = self.agree(row, "photo"), self.agree(row, "privacy", 2)
        for _time in range(2):
            desk.post(self.url(row, consent), {"reason": "E-post"})
        assert log(row) == ["consent.withdrawn"]
        assert desk.get(self.url(row, shown)).status_code == 404

    def test_nobody_elses_consent_by_this_persons_address(self, desk, event):
        row, other = person(event), person(event, 2)
        consent = self.agree(other, "photo")
        assert desk.post(self.url(row, consent), {"reason": "E-post"}).status_code == 404
        consent.refresh_from_db()
        assert consent.withdrawn_at is None

    def test_who_only_sees_reads_the_words_and_is_offered_nothing(self, client, event, region):
        row = person(event)
        consent = self.agree(row, "photo")
        client.force_login(make_user("host", collection=region, actions=["see_registrations"]))
        assert self.url(row, consent) not in client.get(address(event, "person", row.uid)).content.decode()
        assert client.post(self.url(row, consent), {"reason": "x"}).url == "/admin/"
        consent.refresh_from_db()
        assert consent.withdrawn_at is None


@pytest.mark.parametrize(("action", "active"), [("keep", 1), ("replace", 1), ("remove", 0)])
def test_the_consent_to_sensitive_answers_lives_as_long_as_they_do(event, settings, action, active):
    from tests.registration.asking import form

    settings.NSR_EVENTS = {**getattr(settings, "NSR_EVENTS", {}), "SENSITIVE_KEYS": [Fernet.generate_key()]}
    question = ask(event, "text", "Allergier", sensitive=True)
    first = form(event, {question.key: "nøtter", "sensitive_consent": "on"})
    assert first.is_valid(), first.errors
    row = seats.register(event, first.application(), now=timezone.now()).registration
    typed = {"replace": {question.key: "soya", "sensitive_consent": "on"}}.get(action, {})
    edit = form(event, {"sensitive_action": action, **typed}, registration=fresh(row))
    assert edit.is_valid(), edit.errors
    seats.change(fresh(row), edit.application(), now=timezone.now(), row_version=row.row_version)

    given = row.consents.filter(text__use="sensitive")
    answers = sensitive.decrypt(SensitiveAnswers.objects.get().token, row.uid).answers
    assert given.filter(withdrawn_at=None).count() == active
    assert (
        answers == {"keep": {question.key: "nøtter"}, "replace": {question.key: "soya"}, "remove": {}}[action]
    )
