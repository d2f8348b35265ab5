"""What may be typed, forged or deleted around reminders and messages, and that it reaches nobody by mistake."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core import mail as django_mail
from django.urls import reverse
from django.utils import timezone

from nsr_events.core.events import save_days, save_facts
from nsr_events.outbox import delivery
from nsr_events.outbox.models import MailTemplate, OutgoingMail
from nsr_events.registration.models import Registration, RegistrationDay
from nsr_events.reminders import messages, planning, timeline
from nsr_events.reminders.models import Message, ReminderRule
from nsr_events.reminders.segments import Segment
from tests.factories import NOW, make_category, make_event, open_registration, register

pytestmark = pytest.mark.django_db

GONE = "0b9d3c1e-6d0a-4f5b-9a55-7b1f0a5d2c33"
RULE = {
    "number": "2", "unit": "days", "side": "before", "anchor": "start", "at": "09:00", "to": "registered",
    "statuses": ["confirmed"], "active": "on", "save": "1",
}  # fmt: skip
NO_AUDIENCES = [
    "everybody", [], 7, {"to": "everybody"}, {"to": ["registered"]}, {"statuses": "confirmed"},
    {"statuses": None}, {"statuses": [["confirmed"]]}, {"categories": ["x"]}, {"days": {"a": 1}},
    {"languages": ["n\u202eb"]}, {"sessions": [None]}, {"checked_in": "yes"},
]  # fmt: skip
TYPED = [
    "{own_page.__class__}", "{0}", "{{own_page}", "{first_name!r}", "%(x)s %s", "<script>alert(1)</script>",
    "](javascript:alert(1))", "a" * 9_000, "\u202egnirts", "## \n- \n**", "[x](mailto:a@b.no?bcc=c@d.no)",
]  # fmt: skip


@pytest.fixture
def event(region):
    """A coming event of the region with two categories and three people of the first."""
    event = make_event(
        "Samling", days=3, collection=region, date=timezone.now().date() + dt.timedelta(days=60)
    )
    open_registration(event, days="choose")
    make_category(event, "presse")
    for number in (1, 2, 3):
        register(event, number)
    OutgoingMail.objects.all().delete()
    return event


def at(event, name, *args):
    return reverse(f"nsr_events_reminders:{name}", args=[event.pk, *args])


def screens(event):
    """Every screen that says something of a rule or a draft."""
    rules = [at(event, "rule", rule.uid) for rule in ReminderRule.objects.all()]
    drafts = Message.objects.filter(state="draft")
    checks = [at(event, name, row.uid) for row in drafts for name in ("check", "write")]
    return [at(event, "timeline"), at(event, "messages"), *rules, *checks]


class TestForgedAudiences:
    @pytest.mark.parametrize("audience", NO_AUDIENCES, ids=repr)
    def test_what_is_no_audience_reaches_nobody_and_breaks_no_screen(self, desk, event, audience):
        due = timezone.now() - dt.timedelta(minutes=1)
        left = int((event.start - due).total_seconds() // 60)
        before = due - dt.timedelta(days=1)
        for row in Registration.objects.all():
            row.history.update(at=before)
        for words in (audience, {}):
            ReminderRule.objects.create(event=event, minutes=-left, counts_from=before, audience=words)
        message = Message.objects.create(
            event=event, subject={"nb": "Hei"}, body={"nb": "Hei!"}, audience=audience
        )
        assert planning.plan_reminders(now=timezone.now()).made == 3, "the other rule's"
        assert messages.reach(message, now=NOW).count == 0
        assert {desk.get(url).status_code for url in screens(event)} == {200}
        with pytest.raises(ValueError, match=r"."):
            Segment.parse(audience)

    @pytest.mark.parametrize(
        "values",
        [
            {"to": "everybody"}, {"statuses": ["unverified"]}, {"statuses": ["confirmed", "x"]}, {"categories": [GONE]},
            {"days": ["x"]}, {"languages": ["xx"]}, {"anchor": "x"}, {"unit": "years"}, {"at": "25:00"},
            {"number": "-2"}, {"number": "99999999999"}, {"checked_in": "perhaps", "to": "silent"},
        ],
    )  # fmt: skip
    def test_what_the_form_does_not_offer_is_refused_or_means_what_is_offered(self, desk, event, values):
        response = desk.post(at(event, "rule_new"), {**RULE, **values})
        if response.status_code == 302:  # somebody else's choice is as good as none
            assert ReminderRule.objects.get().segment == Segment()
        else:
            assert response.context["form"].errors
            assert not ReminderRule.objects.exists()


class TestWhatAnAudienceNamesIsDeleted:
    def named(self, event, **sets):
        return Segment(**{name: frozenset(values) for name, values in sets.items()}).as_json()

    def saved_again(self, desk, event, rule):
        """Open the form and press save."""
        form = desk.get(at(event, "rule", rule.uid)).context["form"]
        kept = {name: form[name].value() for name in form.fields if name in RULE or name in form.initial}
        data = {
            name: value
            for name, value in kept.items()
            if not (value in (None, "", False) or isinstance(value, dict))
        }
        data["at"] = "09:00"
        response = desk.post(at(event, "rule", rule.uid), {**data, "save": "1"})
        assert response.status_code == 302, response.context["form"].errors
        return ReminderRule.objects.get(pk=rule.pk)

    def test_a_rule_for_a_deleted_category_reaches_nobody_also_when_it_is_saved_again(self, desk, event):
        press = event.categories.get(key="presse")
        rule = ReminderRule.objects.create(
            event=event, days=-2, at=dt.time(9), audience=self.named(event, categories=[str(press.uid)])
        )
        press.delete()
        assert "noe som ikke finnes lenger" in desk.get(at(event, "timeline")).text
        assert "finnes ikke lenger (ingen)" in desk.get(at(event, "rule", rule.uid)).text
        again = self.saved_again(desk, event, rule)
        assert again.segment.categories == {str(press.uid)}
        assert planning.expected(again, event, timeline_entry(event).occurrence).count() == 0

    def test_a_day_that_is_gone_and_days_that_nobody_chooses_any_more(self, desk, event):
        first, _second, third = event.days.all()
        rule = ReminderRule.objects.create(
            event=event, days=-2, at=dt.time(9),
            audience=self.named(event, days=[str(first.uid), str(third.uid)]),
        )  # fmt: skip
        RegistrationDay.objects.filter(day=third).delete()
        open_registration(event, days="all")
        third.delete()
        again = self.saved_again(desk, event, rule)
        assert again.segment.days == {str(first.uid), str(third.uid)}

    def test_a_session_that_is_gone(self, desk, event):
        rule = ReminderRule.objects.create(
            event=event, days=-2, at=dt.time(9), audience=self.named(event, sessions=[GONE])
        )
        assert self.saved_again(desk, event, rule).segment.sessions == {GONE}

    def test_attendance_before_anybody_came(self, desk, event):
        rule = ReminderRule.objects.create(
            event=event, anchor="end", days=1, at=dt.time(9), audience=Segment(checked_in=True).as_json()
        )
        assert self.saved_again(desk, event, rule).segment.checked_in is True

    def test_a_language_that_the_site_no_longer_has(self, desk, event, settings):
        Registration.objects.filter(email__startswith="deltaker1").update(language="nn")
        rule = ReminderRule.objects.create(
            event=event, days=-2, at=dt.time(9), audience=self.named(event, languages=["nn"])
        )
        words = {"nb": "Hei", "nn": "Hei på deg"}
        message = Message.objects.create(event=event, subject=words, body=words)
        settings.WAGTAIL_CONTENT_LANGUAGES = settings.LANGUAGES = [("nb", "Bokmål"), ("en", "English")]
        assert {desk.get(url).status_code for url in screens(event)} == {200}
        assert self.saved_again(desk, event, rule).segment.languages == {"nn"}
        messages.confirm(message, count=3, now=NOW)
        delivery.drain(clock=lambda: NOW + dt.timedelta(minutes=10))
        assert len(django_mail.outbox) == 3


def timeline_entry(event):
    """The one reminder on the event's time line."""
    (entry,) = [each for each in timeline.draw(event, now=timezone.now()) if each.kind == "reminder"]
    return entry


class TestTyped:
    @pytest.mark.parametrize("text", TYPED, ids=lambda text: ascii(text)[:30])
    def test_a_text_is_taken_as_words_or_refused_in_words(self, desk, event, text):
        data = {
            **RULE,
            "subject_nb": text[:150].replace("\n", " "),
            "body_nb": f"Hei, {{first_name}}!\n\n{text}",
        }
        looked = desk.post(at(event, "rule_new"), {**data, "look": "1", "save": ""} | {"save": "1"})
        if looked.status_code == 302:
            rule = ReminderRule.objects.get()
            page = desk.get(at(event, "rule", rule.uid))
            assert "<script>alert" not in page.text
            preview = desk.post(
                at(event, "rule", rule.uid), {key: data[key] for key in data if key != "save"}
            )
            assert preview.context["shown"].problem == ""
            assert "<script>alert" not in preview.context["shown"].rendered.html
            assert 'href="javascript' not in preview.context["shown"].rendered.html
        else:
            assert looked.context["form"].errors

    @pytest.mark.parametrize("name", ["subject_nb", "body_nb"])
    @pytest.mark.parametrize("letter", ["\x00", "\x07", "\ud800"])
    def test_a_control_character_never_ends_in_an_error(self, desk, event, name, letter):
        values = {"subject_nb": "Emne", "body_nb": "Tekst", name: f"a{letter}b"}
        data = {key: value.encode("utf-8", "surrogatepass") for key, value in {**RULE_TEXT, **values}.items()}
        for url in (at(event, "message_new"), at(event, "text", "registration.confirmed")):
            assert desk.post(url, {**data, "to": "registered", "statuses": ["confirmed"]}).status_code in {
                200,
                302,
            }

    def test_a_subject_of_two_lines_is_one_line_or_refused(self, desk, event):
        desk.post(
            at(event, "message_new"),
            {"to": "registered", "statuses": ["confirmed"], "check": "1", "subject_nb": "Hei\r\nBcc: x@example.org",
             "body_nb": "Hei!"},
        )  # fmt: skip
        for message in Message.objects.all():
            messages.confirm(message, count=3, now=NOW)
        delivery.drain(clock=lambda: NOW + dt.timedelta(minutes=10))
        for mail in django_mail.outbox:
            assert mail.message()["Bcc"] is None
            assert "\n" not in mail.subject

    def test_a_broken_text_in_the_database_fails_its_own_rows_only(self, event):
        MailTemplate.objects.create(
            event=event, kind="registration.confirmed", subject={"nb": "S"}, body={"nb": "{passord}"}
        )
        register(event, 7)
        register(event, 8, language="en")
        delivery.drain(clock=lambda: NOW)
        found = dict(OutgoingMail.objects.values_list("registration__email", "status"))
        assert found == {"deltaker7@example.no": "failed", "deltaker8@example.no": "sent"}


EXTREME = [
    {"days": -366, "at": dt.time(0)}, {"days": 366, "at": dt.time(23, 59, 59)}, {"minutes": -7 * 24 * 60},
    {"minutes": 7 * 24 * 60}, {"days": 0, "at": dt.time(2, 30)}, {"minutes": 0},
    {"days": -1, "at": dt.time(9), "late_by": 30 * 24 * 60}, {"anchor": "day", "days": -366, "at": dt.time(9)},
    {"anchor": "end", "minutes": 1}, {"anchor": "invited", "days": 366, "at": dt.time(9)},
    {"anchor": "answer_by", "minutes": -1},
]  # fmt: skip


class TestExtremes:
    @pytest.mark.parametrize("zone", ["Europe/Oslo", "Pacific/Kiritimati", "Pacific/Apia", "America/Adak"])
    def test_every_distance_is_drawn_and_planned_in_every_zone(self, desk, event, caplog, zone):
        for when in EXTREME:
            ReminderRule.objects.create(event=event, counts_from=NOW, **when)
        event.timezone = zone
        save_facts(event, now=timezone.now())
        for days in (-400, -60, -1, 0, 1, 400):
            planning.plan_reminders(now=event.start + dt.timedelta(days=days))
        assert [record for record in caplog.records if record.levelname == "ERROR"] == []
        assert {desk.get(url).status_code for url in screens(event)} == {200}

    def test_another_zone_moves_what_waits_along_with_the_wall_clock(self, event):
        rule = ReminderRule.objects.create(event=event, counts_from=NOW, days=-2, at=dt.time(9))
        entry = timeline_entry(event)
        planning.plan_reminders(now=entry.at - dt.timedelta(minutes=30))
        event.timezone = "Europe/London"
        save_facts(event, now=entry.at - dt.timedelta(minutes=20))
        dues = set(rule.mails.values_list("due", flat=True))
        assert {due.astimezone(event.zone).hour for due in dues} == {9}
        assert dues == {timeline_entry(event).at} == {entry.at + dt.timedelta(hours=1)}

    def test_an_event_without_days_cannot_be_made(self, event):
        with pytest.raises(Exception, match="minst én dag"):
            save_days(event, [], now=timezone.now())

    def test_a_uid_of_another_events_rule_makes_none_here(self, desk, event, region):
        other = make_event("Annen", collection=region)
        theirs = ReminderRule.objects.create(event=other, days=-2, at=dt.time(9))
        response = desk.post(at(event, "rule_new"), {**RULE, "uid": str(theirs.uid), "number": "5"})
        assert response.status_code in {200, 302, 404}
        theirs.refresh_from_db()
        assert (theirs.days, theirs.event_id) == (-2, other.pk)

    def test_a_uid_of_another_events_message_makes_none_here(self, desk, event, region):
        other = make_event("Annen", collection=region)
        theirs = Message.objects.create(event=other, subject={"nb": "Deres"}, body={"nb": "Hei!"})
        data = {
            "to": "registered",
            "statuses": ["confirmed"],
            "check": "1",
            "subject_nb": "Vår",
            "body_nb": "Hei!",
        }
        response = desk.post(at(event, "message_new"), {**data, "uid": str(theirs.uid)})
        assert response.status_code in {200, 302, 404}
        theirs.refresh_from_db()
        assert (str(theirs.subject), theirs.event_id) == ("Deres", other.pk)


RULE_TEXT = {"check": "1", "save": "1", "uid": str(uuid.uuid4())}
