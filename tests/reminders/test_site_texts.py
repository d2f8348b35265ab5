"""The words of mails for the whole site: said by every event without words of its own (mail, section 3)."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.core import mail as django_mail
from django.urls import reverse
from django.utils import timezone

from nsr_events.core.audit import AuditEntry
from nsr_events.outbox import rendering
from nsr_events.outbox.models import MailTemplate, OutgoingMail
from tests.admin.conftest import give_model, make_user
from tests.factories import NOW, make_event, open_registration, register

pytestmark = pytest.mark.django_db

LIST = reverse("nsr_events_site_texts:texts")
CONFIRMED = reverse("nsr_events_site_texts:text", args=["registration.confirmed"])
WORDS = {"subject_nb": "Velkommen, {first_name}", "body_nb": "Nettstedets egne ord"}


@pytest.fixture
def event(region):
    """A coming event of the region with one registered person, whose confirmation waits."""
    date = timezone.now().date() + dt.timedelta(days=60)
    event = make_event("Samling på Gjøvik", days=3, collection=region, date=date)
    open_registration(event)
    register(event, 1)
    return event


@pytest.fixture
def office(client, organiser):
    """A browser of the office: it sends mail about the region's events, and may change the site's words."""
    give_model(organiser, "change_mailtemplate")
    client.force_login(organiser)
    return client


def text_of(event):
    return rendering.render(OutgoingMail.objects.get(event=event), NOW).text


def test_every_event_without_words_of_its_own_says_the_site_s(office, event, region):
    other = make_event("Fagdag", collection=region)
    open_registration(other)
    register(other, 2)
    MailTemplate.objects.create(
        event=other, kind="registration.confirmed", subject={"nb": "Hei"}, body={"nb": "Fagdagens egne ord"}
    )
    response = office.post(CONFIRMED, {**WORDS, "save": "1"}, follow=True)
    assert "1 e-post som venter, følger endringen." in response.text
    assert "Nettstedets egne ord" in text_of(event)
    assert "Fagdagens egne ord" in text_of(other)
    assert "Nettstedets" in office.get(LIST).text
    assert AuditEntry.objects.filter(action="mail_text.save", event_uid=None).exists()


def test_a_language_without_words_keeps_the_standard_ones_and_reset_brings_all_back(office, event):
    office.post(CONFIRMED, {**WORDS, "save": "1"})
    OutgoingMail.objects.update(language="en")
    assert "Your seat is confirmed" in text_of(event)
    OutgoingMail.objects.update(language="nb")
    office.post(CONFIRMED, {"reset": "1"})
    assert "Plassen din er bekreftet" in text_of(event)
    assert not MailTemplate.objects.exists()


def test_words_that_cannot_be_said_are_refused_and_stay_in_the_form(office, event):
    response = office.post(CONFIRMED, {**WORDS, "body_nb": "Kode: {passord}", "save": "1"})
    assert "passord" in str(response.context["form"].errors)
    assert "Kode: {passord}" in response.text
    assert not MailTemplate.objects.exists()


def test_they_are_looked_at_with_an_event_of_one_s_own_and_an_invented_person(office, event):
    before = OutgoingMail.objects.count()
    page = office.post(CONFIRMED, {**WORDS, "look": "1"})
    assert "Nettstedets egne ord" in page.context["shown"].rendered.text
    assert page.context["shown"].rendered.subject == "Velkommen, Kari"
    assert [choice.label for choice in page.context["people"]] == ["Samling på Gjøvik"]
    office.post(CONFIRMED, {**WORDS, "send_to_me": "1"})
    assert django_mail.outbox[-1].to == ["organiser@example.org"]
    assert OutgoingMail.objects.count() == before
    assert not MailTemplate.objects.exists()


def test_without_an_event_of_one_s_own_it_says_so(client, event):
    user = make_user("librarian")
    give_model(user, "change_mailtemplate")
    client.force_login(user)
    page = client.post(CONFIRMED, {**WORDS, "look": "1"})
    assert "Det finnes ikke noe arrangement" in page.text
    assert "Gjøvik" not in page.text


def test_the_menu_shows_them_to_those_who_may_change_them_and_groups_can_be_given_that(
    desk, office, admin_client
):
    assert LIST in office.get(reverse("wagtailadmin_home")).text
    group = Group.objects.create(name="Kontoret")
    form = admin_client.get(reverse("wagtailusers_groups:edit", args=[group.pk])).text
    assert "Can change mail text" in form or "mail text" in form.lower()


def test_others_neither_see_nor_open_them(desk, event):
    assert LIST not in desk.get(reverse("wagtailadmin_home")).text
    for address in (LIST, CONFIRMED):
        assert desk.get(address).status_code == 302
    assert desk.post(CONFIRMED, {**WORDS, "save": "1"}).status_code == 302
    assert not MailTemplate.objects.exists()


def test_kinds_without_words_are_not_there(office):
    for key in ("message", "no.such.kind"):
        assert office.get(reverse("nsr_events_site_texts:text", args=[key])).status_code == 404
