"""The screens of reminders, messages and texts: written, looked at, confirmed (mail, sections 3, 7 and 8)."""

import datetime as dt

import pytest
from django.core import mail as django_mail
from django.urls import reverse
from django.utils import timezone

from nsr_events.core.audit import AuditEntry
from nsr_events.core.events import save_days
from nsr_events.outbox import kinds, rendering
from nsr_events.outbox.models import MailTemplate, OutgoingMail
from nsr_events.registration.models import Registration
from nsr_events.reminders import messages, notices
from nsr_events.reminders.models import Message, ReminderRule
from tests.admin.conftest import make_user
from tests.factories import NOW, invite, make_event, open_registration, register

pytestmark = pytest.mark.django_db

RULE = {
    "number": "2", "unit": "days", "side": "before", "anchor": "start", "at": "09:00", "to": "registered",
    "statuses": ["confirmed"], "active": "on", "save": "1",
}  # fmt: skip


@pytest.fixture
def event(region):
    """A coming event of the region with three registered people."""
    event = make_event(
        "Samling", days=3, collection=region, date=timezone.now().date() + dt.timedelta(days=60)
    )
    open_registration(event)
    for number in (1, 2, 3):
        register(event, number)
    OutgoingMail.objects.all().delete()
    return event


def at(event, name, *args):
    return reverse(f"nsr_events_reminders:{name}", args=[event.pk, *args])


def shown(desk, event, message):
    """What the question's form sends along."""
    context = desk.get(at(event, "check", message.uid)).context
    return {"count": context["reach"].count, "seen": context["seen"]}


def confirm(desk, event, message, form=None):
    """Press the button under the question, as the page shows it or as it was shown before."""
    form = form or shown(desk, event, message)
    return desk.post(at(event, "check", message.uid), {**form, "confirm": "1"}, follow=True)


class TestRules:
    def test_a_rule_is_written_and_stands_on_the_time_line(self, desk, event):
        assert "Nobody" not in desk.get(at(event, "timeline")).text
        response = desk.post(at(event, "rule_new"), RULE, follow=True)
        rule = ReminderRule.objects.get()
        assert (rule.days, rule.at, rule.minutes) == (-2, dt.time(9), None)
        assert "2 dager før arrangementets start kl. 09:00" in response.text.replace("\u00a0", " ")
        assert "for 3 personer i dag" in response.text

    def test_a_second_click_makes_no_second_rule(self, desk, event):
        uid = "2f1c3c52-3a40-4f3b-8f4e-6a3f2f8a1c11"
        for _click in range(2):
            desk.post(at(event, "rule_new"), {**RULE, "uid": uid})
        assert ReminderRule.objects.count() == 1

    def test_a_rule_in_hours_counts_in_minutes(self, desk, event):
        desk.post(at(event, "rule_new"), {**RULE, "number": "1", "unit": "hours"})
        assert ReminderRule.objects.get().minutes == -60

    def test_a_preview_shows_the_words_and_the_number_and_saves_nothing(self, desk, event):
        data = {
            **RULE, "subject_nb": "Snart", "body_nb": "Hei {first_name}! [Min side]({own_page})", "look": "1"
        }  # fmt: skip
        del data["save"]
        response = desk.post(at(event, "rule_new"), data)
        assert "Hei Marte!" in response.text
        assert response.context["reach"].count == 3
        assert not ReminderRule.objects.exists()
        assert "/me/" not in response.context["shown"].rendered.html + response.context["shown"].rendered.text

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"subject_nb": "S", "body_nb": "{nonsense}"}, "nonsense"),
            ({"subject_nb": "S"}, "teksten mangler"),
            ({"body_nb": "T"}, "emnet mangler"),
            ({"subject_nb": "S", "body_nb": "T {own_page}", "to": "speakers"}, "own_page"),
            ({"number": "400"}, "366"),
            ({"number": "20", "side": "after", "anchor": "end"}, "14 dager"),
            ({"statuses": []}, "status"),
        ],
    )
    def test_what_cannot_work_is_refused_in_words(self, desk, event, values, words):
        response = desk.post(at(event, "rule_new"), {**RULE, **values})
        assert not ReminderRule.objects.exists()
        assert words in str(response.context["form"].errors)

    def test_a_night_hour_and_a_foreign_link_are_worth_a_second_look(self, desk, event):
        data = {
            **RULE,
            "at": "23:00",
            "subject_nb": "S",
            "body_nb": "[x](https://evil.example/) 9. juni",
            "look": "1",
        }
        del data["save"]
        warnings = " ".join(desk.post(at(event, "rule_new"), data).context["warnings"])
        for words in ("21:00", "evil.example", "9. juni"):
            assert words in warnings

    def test_deleting_a_rule_leaves_out_what_waits(self, desk, event):
        rule = ReminderRule.objects.create(event=event, days=-2, at=dt.time(9))
        row = event.registrations.first()
        OutgoingMail.objects.create(
            kind="reminder", event=event, registration=row, rule=rule, language="nb", dedupe_key="x", priority=5,
            due=NOW, expires=event.end,
        )  # fmt: skip
        assert "1 e-post venter" in desk.get(at(event, "rule_delete", rule.uid)).text
        desk.post(at(event, "rule_delete", rule.uid))
        assert OutgoingMail.objects.get().status == "skipped"

    def test_rules_of_another_event_are_not_found(self, desk, event, region):
        other = make_event("Annen", collection=region)
        rule = ReminderRule.objects.create(event=other, days=-2, at=dt.time(9))
        assert desk.get(at(event, "rule", rule.uid)).status_code == 404
        assert desk.get(at(event, "rule_delete", rule.uid)).status_code == 404


class TestMessages:
    TEXT = {
        "to": "registered",
        "statuses": ["confirmed"],
        "subject_nb": "Ta med pass",
        "body_nb": "Hei, {first_name}!",
    }

    def write(self, desk, event, **values):
        desk.post(at(event, "message_new"), {**self.TEXT, "check": "1", **values})
        return Message.objects.get()

    def test_a_message_is_written_checked_and_confirmed_with_its_number(self, desk, event):
        message = self.write(desk, event)
        page = desk.get(at(event, "check", message.uid))
        assert "Send «Ta med pass» til 3 personer?" in page.text
        assert "Hei, Marte!" in page.text
        response = confirm(desk, event, message)
        assert "0 av 3 sendt" in response.text
        assert message.mails.count() == 3
        assert AuditEntry.objects.filter(action="message.confirm").get().counts == {"mails": 3}

    def test_another_number_than_was_shown_is_asked_about_again(self, desk, event):
        message = self.write(desk, event)
        form = shown(desk, event, message)
        register(event, 4)
        response = confirm(desk, event, message, form)
        assert "til 4 personer?" in response.text
        assert not message.mails.exists()

    def test_of_two_editors_who_confirm_the_second_is_told(self, desk, event):
        message = self.write(desk, event)
        form = shown(desk, event, message)
        confirm(desk, event, message, form)
        response = confirm(desk, event, message, form)
        assert "Den er allerede bekreftet eller stoppet." in response.text
        assert message.mails.count() == 3

    def test_words_that_somebody_changed_meanwhile_are_shown_before_they_are_sent(self, desk, event):
        message = self.write(desk, event)
        form = shown(desk, event, message)
        data = {**self.TEXT, "body_nb": "Noe helt annet", "check": "1"}
        desk.post(at(event, "write", message.uid), data)
        response = confirm(desk, event, message, form)
        assert "Noe helt annet" in response.text
        assert "Ingenting er sendt ennå" in response.text
        assert not message.mails.exists()
        confirm(desk, event, message)
        assert message.mails.count() == 3

    def test_a_message_that_would_reach_nobody_is_not_confirmed(self, desk, event):
        message = self.write(desk, event)
        Registration.objects.update(status="cancelled")
        response = confirm(desk, event, message)
        message.refresh_from_db()
        assert message.state == "draft"
        assert "Ingen ville få denne" in response.text

    def test_what_waits_can_be_stopped(self, desk, event):
        message = self.write(desk, event)
        confirm(desk, event, message)
        response = desk.post(at(event, "message", message.uid), follow=True)
        assert "3 e-poster er stoppet." in response.text
        assert set(message.mails.values_list("status", flat=True)) == {"skipped"}

    def test_a_draft_can_be_discarded(self, desk, event):
        message = self.write(desk, event)
        desk.post(at(event, "check", message.uid), {"discard": "1"})
        assert desk.get(at(event, "check", message.uid)).status_code == 404
        assert not message.mails.exists()

    def test_a_message_to_the_silent_is_previewed_as_one_of_them(self, desk, event):
        invite(event, 1)
        message = self.write(desk, event, to="silent")
        assert "Hei, Iver!" in desk.get(at(event, "check", message.uid)).text

    def test_who_may_not_see_registrations_looks_at_an_invented_person(self, client, event, region):
        sender = make_user("sender", collection=region, actions=["send_mail"])
        client.force_login(sender)
        message = self.write(client, event)
        text = client.get(at(event, "check", message.uid)).text
        assert "Hei, Kari!" in text
        assert "Oppdiktet" not in text
        assert Registration.objects.count() == 3

    def test_the_preview_is_mailed_to_the_editor(self, desk, event, organiser):
        organiser.email = "redaktor@example.org"
        organiser.save()
        message = self.write(desk, event)
        desk.post(at(event, "check", message.uid), {"send_to_me": "1"})
        (mail,) = django_mail.outbox
        assert (mail.to, mail.subject) == (["redaktor@example.org"], "Prøve: Ta med pass")
        assert "/me/" not in mail.body

    def test_urgent_mail_is_said_to_leave_at_once(self, desk, event):
        message = self.write(desk, event, urgent="on")
        assert "med én gang" in desk.get(at(event, "check", message.uid)).text


class TestNotices:
    @pytest.fixture
    def notice(self, event):
        """The event moves by a week."""
        days = list(event.days.all())
        for day in days:
            day.date += dt.timedelta(days=7)
        event.refresh_from_db()
        save_days(event, days, now=timezone.now())
        return notices.open_notices(event)[0]

    def test_the_header_and_the_overview_say_how_many_do_not_know(self, desk, event, notice):
        assert "Endret, 3 ikke varslet" in desk.get(at(event, "timeline")).text
        overview = desk.get(reverse("nsr_events_admin:overview", args=[event.pk])).text
        assert "Varsel om endring: send det eller forkast det." in overview

    def test_its_words_can_be_changed_and_go_back_to_the_standard(self, desk, event, notice):
        page = desk.get(at(event, "write", notice.uid))
        assert "Noe er endret" in page.text
        words = {"subject_nb": "Ny dato!", "body_nb": "Hei!\n\n{changes}", "save": "1"}
        desk.post(at(event, "write", notice.uid), words)
        notice.refresh_from_db()
        assert str(notice.subject) == "Ny dato!"
        assert "Tid: nå" in desk.get(at(event, "check", notice.uid)).text

    def test_an_event_that_moves_again_while_its_notice_is_looked_at_is_not_told_unseen(
        self, desk, event, notice
    ):
        form = shown(desk, event, notice)
        days = list(event.days.all())
        for day in days:
            day.date += dt.timedelta(days=1)
        save_days(event, days, now=timezone.now())
        response = confirm(desk, event, notice, form)
        assert "Ingenting er sendt ennå" in response.text
        assert not notice.mails.exists()

    def test_confirming_tells_everybody(self, desk, event, notice):
        confirm(desk, event, notice)
        assert notice.mails.count() == 3
        assert "ikke varslet" not in desk.get(at(event, "timeline")).text


class TestTexts:
    def test_the_event_says_it_in_its_own_words_and_waiting_mail_follows(self, desk, event):
        desk.post(
            at(event, "text", "registration.confirmed"),
            {"subject_nb": "Velkommen, {first_name}", "body_nb": "Egen tekst", "save": "1"},
        )
        row = register(event, 9)
        mail = OutgoingMail.objects.get(registration=row)
        assert "Egen tekst" in rendering.render(mail, NOW).text
        mail.language = "en"
        assert (
            "Your seat is confirmed" in rendering.render(mail, NOW).text
        )  # the standard, not another language
        assert "Dette arrangementets egen" in desk.get(at(event, "texts")).text
        desk.post(at(event, "text", "registration.confirmed"), {"reset": "1"})
        mail.language = "nb"
        assert "Plassen din er bekreftet" in rendering.render(mail, NOW).text

    def test_unknown_and_missing_placeholders_are_refused(self, desk, event):
        url = at(event, "text", "registration.offer")
        response = desk.post(url, {"subject_nb": "S", "body_nb": "{own_page} {passord}", "save": "1"})
        errors = str(response.context["form"].errors)
        assert "passord" in errors
        assert "offer_deadline" in errors
        assert not MailTemplate.objects.exists()

    def test_saving_the_standard_words_keeps_none(self, desk, event):
        page = desk.get(at(event, "text", "registration.confirmed"))
        form = page.context["form"]
        data = {
            f"{name}_{code}": text
            for name in ("subject", "body")
            for code, text in form[name].value().items()
        }
        desk.post(at(event, "text", "registration.confirmed"), {**data, "save": "1"})
        assert not MailTemplate.objects.exists()

    @pytest.mark.parametrize("language", ["nb", "nn", "en"])
    def test_every_kind_can_be_looked_at_in_every_language_without_a_trace(self, desk, event, language):
        Registration.objects.all().delete()
        for kind in kinds.all_kinds():
            if not (kind.editable and kind.texts):
                continue
            page = desk.get(at(event, "text", kind.key))
            form = page.context["form"]
            data = {
                f"{name}_{code}": form[name].value().get(code, "")
                for name in ("subject", "body")
                for code, _label in page.context["languages"]
            }
            shown = desk.post(at(event, "text", kind.key), {**data, "look": "1", "in": language}).context[
                "shown"
            ]
            assert shown.problem == "", kind.key
        assert not Registration.objects.exists()
        assert not OutgoingMail.objects.exists()


class TestTheOutbox:
    def test_it_shows_the_mails_of_one_rule_or_message(self, desk, event):
        message = TestMessages().write(desk, event)
        confirm(desk, event, message)
        register(event, 8)
        outbox = reverse("nsr_events_messages:outbox", args=[event.pk])
        assert len(desk.get(outbox).context["rows"]) == 4
        assert len(desk.get(f"{outbox}?cause={message.uid}").context["rows"]) == 3


def test_a_draft_that_was_confirmed_meanwhile_is_not_written_over(desk, event):
    message = TestMessages().write(desk, event)
    stale = Message.objects.get(pk=message.pk)
    messages.confirm(message, count=3, now=NOW)
    stale.subject = {"nb": "Noe annet"}
    with pytest.raises(messages.NotADraft):
        messages.save_draft(stale)
    message.refresh_from_db()
    assert (str(message.subject), message.state) == ("Ta med pass", "confirmed")


def test_a_rule_about_invitations_is_for_the_silent_whatever_its_row_says(desk, event):
    rule = ReminderRule.objects.create(event=event, anchor="answer_by", days=-3, at=dt.time(9))
    assert "Inviterte som ikke har svart" in desk.get(at(event, "timeline")).text
    assert rule.segment.to == "silent"


@pytest.mark.parametrize(("anchor", "side"), [("invited", "before"), ("answer_by", "after")])
def test_a_rule_that_could_never_fire_is_refused(desk, event, anchor, side):
    response = desk.post(at(event, "rule_new"), {**RULE, "anchor": anchor, "side": side})
    assert "side" in response.context["form"].errors
