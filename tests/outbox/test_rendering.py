"""What a mail looks like from outside: headers, parts, words (mail, sections 3 and 4)."""

import re
import socket
from html import unescape

import pytest
from django.utils import translation

from nsr_events.core.models import Venue
from nsr_events.outbox import kinds, parts, placeholders, rendering, texts
from nsr_events.outbox.models import OutgoingMail
from nsr_events.outbox.parts import Part
from tests.factories import make_index, make_page

from .making import NOW, put

pytestmark = pytest.mark.django_db

HOSTILE = [
    "{own_page}",
    "<b>fat</b>",
    "[x](https://evil.example)",
    "Kari\r\nBcc: everyone@example.org",
    "https://evil.example",
    "Å" * 5000,
    "\u202eesrever",
    "**bold**",
    "张伟 O'Brien",
]


def received(event, server, drain, **values):
    """Send one mail through the sink and read it with Python's strict parser."""
    mail = put(event, **values)
    drain()
    mail.refresh_from_db()
    assert mail.status == "sent", mail.error
    return mail, server.taken[-1].message


def test_the_headers_say_who_writes_what_and_that_no_person_did(event, server, drain):
    mail, message = received(event, server, drain)
    assert message["From"] == "Sikkerhetsforum <arrangement@sikkerhetsforum.example>"
    assert message["To"] == "kari@sink.test"
    assert message["Reply-To"] == "post@example.org"
    assert message["Message-ID"] == f"<{mail.uid}@sikkerhetsforum.example>"
    assert message["X-Mail-Ref"] == str(mail.uid)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Content-Language"] == "nb"
    assert not {"Precedence", "Cc", "Bcc", "List-Unsubscribe"} & set(message.keys())


def test_sender_and_domain_come_from_the_settings(event, server, drain, settings):
    settings.NSR_EVENTS = {
        **settings.NSR_EVENTS, "MAIL_FROM": "Events <e@mail.example>", "MAIL_DOMAIN": "ids.example",
    }  # fmt: skip
    mail, message = received(event, server, drain)
    assert message["From"] == "Events <e@mail.example>"
    assert message["Message-ID"] == f"<{mail.uid}@ids.example>"


def test_the_message_id_stays_though_the_settings_change_between_two_tries(
    event, server, drain, clock, settings
):
    mail = put(event, "bye")
    drain()
    settings.NSR_EVENTS = {**settings.NSR_EVENTS, "MAIL_DOMAIN": "ids.example"}
    clock.on(minutes=5)
    drain()
    assert server.taken[-1].id == f"<{mail.uid}@sikkerhetsforum.example>"


def test_text_comes_before_html_and_both_say_the_same(event, server, drain):
    _mail, message = received(
        event, server, drain, facts={"first_name": "Marte", "note": "Ta med legitimasjon."}
    )
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    text, html = (part.get_content().replace("\r\n", "\n") for part in message.iter_parts())
    for words in (
        "Hei, Marte!",
        "Samling på Gjøvik",
        "tirsdag 8. juni 2027",
        "Ta med legitimasjon.",
        "Ola Vert",
    ):
        assert words in text.replace("\u00a0", " "), words
        assert words in unescape(html).replace("\u00a0", " "), words
    assert re.search(r"Åpne min side:\nhttps://example.org/me/\S+\n", text)
    assert "- Sted" not in text, "an event without a place has no line for it"


def test_the_html_has_its_language_its_styles_inline_and_nothing_from_elsewhere(event, server, drain):
    _mail, message = received(event, server, drain)
    html = message.get_body(("html",)).get_content()
    assert '<html lang="nb">' in html
    assert 'class="ne-button-link" href="https://example.org/me/' in html
    assert re.search(r'class="ne-body"[^>]*style="[^"]*color: ?#0b2430', html)
    assert "prefers-color-scheme: dark" in html
    assert not re.search(r"<(img|script|link|iframe|form|input)\b|url\(|@import|src=", html)


def test_making_a_mail_asks_nobody(event, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a mail was about to fetch something")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    mail = put(event)
    assert rendering.render(mail, NOW).html


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_come_out_as_text(event, server, drain, value):
    _mail, plain = received(event, server, drain, facts={"first_name": "Kari", "note": "Hei"})
    _mail, message = received(event, server, drain, facts={"first_name": value, "note": value})
    assert sorted(message.keys()) == sorted(plain.keys())
    assert [part.get_content_type() for part in message.walk()] == [
        part.get_content_type() for part in plain.walk()
    ]
    html = message.get_body(("html",)).get_content()
    links = [address for address in re.findall(r'href="([^"]*)"', html) if "/me/" not in address]
    assert links == ["https://example.org/a"]
    assert html.count("<strong") == plain.get_body(("html",)).get_content().count("<strong")
    assert "<b>" not in html


def test_a_language_without_a_text_of_its_own_gets_the_sites(event):
    OutgoingMail.objects.all().delete()
    mail = put(event)
    mail.language = "se"
    assert rendering.render(mail, NOW).subject.startswith("Beskjed om")


def test_the_public_page_gives_title_and_address_in_the_mails_language(event):
    make_page(event, make_index(), title="Introduksjonssamling")
    rendered = rendering.render(put(event), NOW)
    assert rendered.subject == "Beskjed om Introduksjonssamling"
    assert f"/arrangement-{event.pk}/" in rendered.text


def test_for_staff_secret_addresses_lead_nowhere_and_are_not_worked_out(event):
    mail = put(event)
    rendered = rendering.render(mail, NOW, inert=True)
    assert "/me/" not in rendered.text + rendered.html + str(rendered.headers)
    assert rendered.text.replace("Åpne min side:\n#own_page", "") == rendering.render(mail, NOW).text.replace(
        f"Åpne min side:\nhttps://example.org/me/{mail.uid}/", ""
    )


def test_mass_mail_can_be_stopped_with_one_click(event, server, drain):
    mail, message = received(event, server, drain, kind="test.mass")
    assert message["List-Unsubscribe"].strip() == f"<https://example.org/me/stop/{mail.uid}/>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_later_domain_adds_parts_by_kind(event, server, drain):
    calendar = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
    parts.register(
        "test.note",
        lambda context: [
            Part(
                calendar, "text/calendar; charset=utf-8; method=REQUEST; component=VEVENT", alternative=True
            ),
            Part(calendar.encode(), "application/ics", "invite.ics"),
        ],
    )
    _mail, message = received(event, server, drain)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics",
    ]  # fmt: skip
    [entry] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert entry.get_param("method") == "REQUEST"


def test_a_mail_of_more_than_five_megabytes_fails(event, server, drain):
    parts.register("test.note", lambda context: [Part(b"x" * 4_500_000, "application/pdf", "big.pdf")])
    mail = put(event)
    drain()
    mail.refresh_from_db()
    assert (mail.status, mail.error) == ("failed", "The mail is larger than 5 MB.")


class TestPackagedTexts:
    def test_every_kind_is_complete_in_three_languages_and_uses_what_it_has(self):
        found = {
            (kind.key, language): texts.problems(kind, text)
            for kind in kinds.all_kinds()
            if kind.texts and not kind.key.startswith("test.")
            for language, text in texts.packaged_texts(kind.texts).items()
        }
        assert {key: wrong for key, wrong in found.items() if wrong} == {}
        by_kind = {key for key, _language in found}
        assert all({(key, "nb"), (key, "nn"), (key, "en")} <= set(found) for key in by_kind)
        assert len(by_kind) >= 21

    @pytest.mark.parametrize(
        ("subject", "body", "wrong"),
        [
            ("S", "{nonsense}", "There is no placeholder {nonsense}"),
            ("", "words", "The subject is one line"),
            ("S" * 151, "words", "The subject is one line"),
            ("See {own_page}", "words", "The subject cannot hold the link {own_page}."),
            ("S", "https://example.org/me/abc/", "A personal address"),
            ("S", "[x](http://example.org)", "must begin with https://"),
            ("S", "[x](javascript:alert(1))", "must begin with https://"),
        ],
    )
    def test_a_bad_text_is_told(self, subject, body, wrong):
        with translation.override("en"):
            [problem] = texts.problems(kinds.get("test.note"), texts.MailText(subject, body))
        assert wrong in problem

    def test_a_text_without_what_it_must_have_is_told(self):
        offer = kinds.get("registration.offer")
        with translation.override("en"):
            assert texts.problems(offer, texts.MailText("S", "{own_page}")) == [
                "The text needs the placeholder {offer_deadline}."
            ]


@pytest.mark.parametrize("facts", [{"format": "online"}, {"status": "moved_online"}])
def test_a_mail_sends_nobody_to_a_house_that_the_event_has_left(event, facts):
    event.venue = Venue.objects.create(name="Møtestedet Vika", city="Oslo", address="Gata 1")
    context = kinds.MailContext(OutgoingMail(event=event), "nb", NOW)
    assert "Vika" in placeholders.event_place(context)
    assert "Gata 1" in placeholders.event_address(context)
    for name, value in facts.items():
        setattr(event, name, value)
    assert (placeholders.event_place(context), placeholders.event_address(context)) == ("På nett", "")


def test_a_telephone_number_is_not_broken_over_two_lines(event):
    event.contact_phone = "21 00 00 00"
    context = kinds.MailContext(OutgoingMail(event=event), "nb", NOW)
    assert "21\u00a000\u00a000\u00a000" in placeholders.contact(context)
