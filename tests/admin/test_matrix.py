"""Role x URL: every address of ours, for every role, with GET and POST (privacy-security, section 1).

An address without a row fails. Roles: anonymous; an editor of another collection (who holds every action
there); somebody of this collection without the permission asked for; somebody with it; a superuser. Bodies
that reach a wrong role hold no name of the other region, in bytes.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from dataclasses import dataclass

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.models import PageViewRestriction

from nsr_events.admin.pages import make_page
from nsr_events.core.models import Event
from nsr_events.core.permissions import ACTIONS
from nsr_events.outbox.models import OutgoingMail
from nsr_events.pages.models import get_event_page_models
from nsr_events.programme.materials import save_material
from nsr_events.programme.models import Session, SessionMaterial, SessionPerson
from nsr_events.programme.releases import release_programme
from nsr_events.registration.models import ConsentText, HandOver, Invitation, ParticipantCategory, Question
from nsr_events.registration.seats import Application, register
from nsr_events.reminders.models import Message, ReminderRule
from tests.admin.conftest import NOW, give_model, make_user

EVENT, REGISTER, LIST, CHOOSER, EVENT_CHOOSER, BULK = (
    "event",
    "register",
    "list",
    "chooser",
    "event chooser",
    "bulk",
)
ANY = "any of them"

SECRET_WORDS = [
    "Samling i Oslo",
    "Oslo krets",
    "Hemmelig tema",
    "Hemmelig programpost",
    "Hemmelige lysbilder",
    "Hemmelig innhold",
    "Hemmelig Deltaker",
    "Hemmelig gruppe",
    "Hemmelig spørsmål",
    "Hemmelig samtykke",
    "@example.no",
]
"""Names of Oslo's collection, its event and what is in it: nobody of Trøndelag may meet them."""


@dataclass(frozen=True)
class Row:
    """One address: its family, the action on the event (or all of several) or the model permissions it needs."""

    family: str
    needs: str | tuple[str, ...]
    posts: bool = True


WORKSPACE = {
    "events/<int:event_pk>/": Row(EVENT, ANY),
    "events/<int:event_pk>/page/": Row(EVENT, "change"),
    "events/<int:event_pk>/page/new/": Row(EVENT, "change"),
    "events/<int:event_pk>/page/<int:page_pk>/relink/": Row(EVENT, "change"),
    "events/<int:event_pk>/days/": Row(EVENT, "change"),
    "events/<int:event_pk>/status/": Row(EVENT, "change"),
    "events/<int:event_pk>/revive/": Row(EVENT, "change"),
    "events/<int:event_pk>/edition/": Row(EVENT, ("change", "add")),
    "events/<int:event_pk>/delete/": Row(EVENT, "delete"),
    "events/": Row(LIST, ANY),
    "events/results/": Row(LIST, ANY),
    "events/new/": Row(LIST, "add"),
    "events/participants/": Row(LIST, "see_registrations"),
}


def register_rows(prefix, model, *, ordered=False):
    """The addresses of one of the shared registers."""
    any_of = (f"add_{model}", f"change_{model}", f"delete_{model}")
    rows = {
        "": any_of,
        "results/": any_of,
        "new/": (f"add_{model}",),
        "edit/<int:pk>/": (f"change_{model}",),
        "delete/<int:pk>/": (f"delete_{model}",),
        "history/<int:pk>/": any_of,
        "history-results/<int:pk>/": any_of,
    }
    if ordered:
        rows["reorder/<int:pk>/"] = (f"change_{model}",)
    return {f"events/{prefix}/{route}": Row(REGISTER, needs) for route, needs in rows.items()}


def chooser_rows(prefix, family=CHOOSER, *, creates=True):
    """The addresses of one chooser."""
    routes = ["", "results/", "chosen/<str:pk>/", "chosen-multiple/", *(["create/"] if creates else [])]
    return {f"events/choose/{prefix}/{route}": Row(family, prefix) for route in routes}


PROGRAMME = {
    f"events/<int:event_pk>/programme/{route}": Row(EVENT, "change")
    for route in (
        "",
        "bulk/",
        "undo/",
        "sessions/new/",
        "sessions/<uuid:uid>/",
        "sessions/<uuid:uid>/move/",
        "sessions/<uuid:uid>/swap/",
        "sessions/<uuid:uid>/<slug:verb>/",
        "conflicts/",
        "conflicts/accept/",
        "conflicts/reopen/",
        "tracks/",
        "materials/",
        "materials/new/",
        "materials/<uuid:uid>/",
        "materials/<uuid:uid>/delete/",
        "materials/<uuid:uid>/file/",
        "release/",
        "releases/<int:number>/",
    )
}

MESSAGES = {
    **{
        f"events/<int:event_pk>/messages/{route}": Row(EVENT, "send_mail")
        for route in (
            "",
            "do/",
            "resume/",
            "<uuid:uid>/",
            "reminders/",
            "reminders/new/",
            *(f"reminders/<uuid:uid>/{verb}" for verb in ("", "delete/", "send-missed/")),
            "written/",
            "written/new/",
            *(f"written/<uuid:uid>/{verb}" for verb in ("", "write/", "check/")),
            "texts/",
            "texts/<str:kind>/",
        )
    },
    **{
        f"events/<int:event_pk>/messages/<uuid:uid>/{route}": Row(EVENT, ("send_mail", "see_registrations"))
        for route in ("show/", "show/html/")
    },
}

SEE, MANAGE = "see_registrations", ("see_registrations", "manage_registrations")
PARTICIPANTS = {
    f"events/<int:event_pk>/participants/{route}": Row(EVENT, needs)
    for route, needs in {
        "": SEE,
        "numbers/": SEE,
        "invitations/": SEE,
        "<uuid:uid>/": SEE,
        "bulk/": MANAGE,
        "new/": MANAGE,
        "walk-in/": MANAGE,
        "import/": MANAGE,
        "invitations/add/": MANAGE,
        "invitations/send/": MANAGE,
        "invitations/<uuid:uid>/": MANAGE,
        "invitations/<uuid:uid>/do/<slug:verb>/": MANAGE,
        "<uuid:uid>/edit/": MANAGE,
        "<uuid:uid>/do/<slug:verb>/": MANAGE,
        "<uuid:uid>/consents/<int:consent>/": MANAGE,
        "<uuid:uid>/hand-over/<uuid:proposal>/": MANAGE,
        "free-texts/": ("see_registrations", "see_sensitive"),
        "<uuid:uid>/sensitive/": ("see_registrations", "see_sensitive"),
        "export/": "export_registrations",
    }.items()
}

REGISTRATION = {
    f"events/<int:event_pk>/registration/{route}": Row(EVENT, "change")
    for route in (
        "",
        "preview/",
        "groups/new/",
        "questions/",
        "questions/new/",
        *(f"groups/<uuid:uid>/{verb}" for verb in ("", "delete/", "up/", "down/")),
        *(
            f"questions/<uuid:uid>/{verb}"
            for verb in ("", "delete/", "up/", "down/", "section-up/", "section-down/", "retire/", "restore/")
        ),
    )
}

ROWS = {
    **WORKSPACE,
    **REGISTRATION,
    **PARTICIPANTS,
    **MESSAGES,
    **PROGRAMME,
    **{
        f"events/mail-texts/{route}": Row(REGISTER, ("change_mailtemplate",)) for route in ("", "<str:kind>/")
    },
    **register_rows("venues", "venue"),
    **register_rows("people", "person"),
    **register_rows("organisations", "organisation"),
    **register_rows("series", "series", ordered=True),
    **register_rows("types", "eventtype", ordered=True),
    **register_rows("regions", "region", ordered=True),
    **chooser_rows("organisation"),
    **chooser_rows("person"),
    **chooser_rows("venue"),
    **chooser_rows("room", creates=False),
    **chooser_rows("event", EVENT_CHOOSER),
    **chooser_rows("event-for-page", EVENT_CHOOSER),
    "bulk/nsr_events/event/move_to_collection/": Row(BULK, "change"),
    "bulk/nsr_events/event/cancel/": Row(BULK, "change"),
    "bulk/nsr_events/event/delete/": Row(BULK, "delete"),
}


def our_addresses():
    """Every address below the admin that leads to us: by prefix, namespace, module, model; bulk actions."""
    found = {route for route, view, namespaces in walk(get_resolver()) if is_ours(route, view, namespaces)}
    actions = bulk_action_registry.get_bulk_actions_for_model("nsr_events", "event")
    return {route.removeprefix("admin/") for route in found} | {
        f"bulk/nsr_events/event/{action.action_type}/" for action in actions
    }


def walk(resolver, prefix="", namespaces=()):
    """Yield (route, view, namespaces) of every pattern."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern, route, (*namespaces, pattern.namespace))
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback, namespaces


def is_ours(route, view, namespaces):
    if not route.startswith("admin/"):
        return False
    view_class = getattr(view, "view_class", None)
    model = getattr(view, "view_initkwargs", {}).get("model") or getattr(view_class, "model", None)
    modules = [getattr(view, "__module__", ""), getattr(view_class, "__module__", "")]
    return (
        route.startswith("admin/events/")
        or any((name or "").startswith("nsr_events") for name in namespaces)
        or any(module.startswith("nsr_events") for module in modules)
        or (isinstance(model, type) and model.__module__.startswith("nsr_events.core"))
    )


def test_every_address_of_ours_has_a_row():
    assert our_addresses() == set(ROWS)


def test_the_walk_finds_the_addresses_that_exist():
    """A guard against a walk that finds nothing."""
    assert {"events/", "events/new/", "events/<int:event_pk>/days/"} <= our_addresses()


@pytest.fixture
def matrix(world):
    """The world with what an address may need, and a user for each role."""
    day = world.event.days.first()
    day.theme = {"nb": "Hemmelig tema"}
    day.save()
    world.objects = {
        "venues": world.venue,
        "people": world.person,
        "organisations": world.organisation,
        "series": world.series,
        "types": world.type,
        "regions": world.region,
        "venue": world.venue,
        "person": world.person,
        "organisation": world.organisation,
        "room": world.room,
        "event": world.event,
        "event-for-page": world.event,
    }
    world.session = Session.objects.create(
        event=world.event,
        day=day,
        start=world.event.start,
        end=world.event.start + dt.timedelta(hours=1),
        title={"nb": "Hemmelig programpost"},
        room=world.room,
    )
    SessionPerson.objects.create(session=world.session, person=world.person)
    world.material = save_material(
        SessionMaterial(
            event=world.event, title={"nb": "Hemmelige lysbilder"}, access="public", visible_from="now"
        ),
        uploaded=SimpleUploadedFile("Hemmelig fil.pdf", b"Hemmelig innhold"),
    )
    world.mail = OutgoingMail.objects.create(
        kind="staff.notice",
        event=world.event,
        facts={"what": "hand_over"},
        language="nb",
        dedupe_key="notice",
        priority=2,
        due=NOW,
        expires=NOW,
    )
    world.rule = ReminderRule.objects.create(
        event=world.event, days=-2, at=dt.time(9), subject={"nb": "Hemmelig påminnelse"}, body={"nb": "Hei"}
    )
    world.message = Message.objects.create(
        event=world.event, subject={"nb": "Hemmelig melding"}, body={"nb": "Hemmelig tekst"}
    )
    names = {"first_name": "Hemmelig", "last_name": "Deltaker", "language": "nb"}
    category = world.event.categories.get()
    world.invitation = Invitation.objects.create(
        event=world.event, category=category, email="hemmelig@example.no", **names
    )
    application = Application(category, tuple(world.event.days.all()), email="deltaker@example.no", **names)
    world.participant = register(world.event, application, now=NOW, by=world.boss).registration
    world.proposal = HandOver.objects.create(
        registration=world.participant, proposed_at=NOW, email="k@example.no"
    )
    words = ConsentText.objects.create(
        event=world.event, use="photo", number=1, text={"nb": "Hemmelig samtykke"}, digest="x", made_at=NOW
    )
    world.consent = world.participant.consents.create(text=words, language="nb", source="web", given_at=NOW)
    world.group = category
    ParticipantCategory.objects.filter(pk=category.pk).update(name={"nb": "Hemmelig gruppe"})
    world.question = Question.objects.create(
        event=world.event, key="q_secret12", label={"nb": "Hemmelig spørsmål"}, kind="yes_no"
    )
    release_programme(world.event, now=NOW, by=world.boss)
    world.page = make_page(world.event, parent=world.index, by=world.boss)
    return world


def address_of(route, world):
    """The address that fills the route with Oslo's event, or with a row of the register it belongs to."""
    parts = route.split("/")
    register = parts[2] if parts[1] == "choose" else parts[1]
    address = route.replace("<int:event_pk>", str(world.event.pk))
    if ":pk>" in address:
        address = re.sub("<(int|str):pk>", str(world.objects[register].pk), address)
    address = address.replace("<int:page_pk>", str(world.page.pk))
    named = world.material if "/materials/" in route else world.session
    named = world.mail if "/messages/" in route else named
    named = world.rule if "/reminders/" in route else named
    named = world.message if "/written/" in route else named
    address = address.replace("<str:kind>", "registration.confirmed")
    named = world.participant if "/participants/" in route else named
    named = world.invitation if "/invitations/" in route else named
    named = world.group if "/groups/" in route else named
    named = world.question if "/questions/" in route else named
    address = address.replace("<uuid:proposal>", str(world.proposal.uid))
    address = address.replace("<int:consent>", str(world.consent.pk))
    if "/participants/" in route:
        address = address.replace("<slug:verb>", "withdraw" if "/invitations/" in route else "cancel")
    address = address.replace("<uuid:uid>", str(named.uid))
    address = address.replace("<slug:verb>", "duplicate").replace("<int:number>", "1")
    assert "<" not in address, f"no value for an argument of {route}"
    query = f"?id={world.event.pk}" if route.startswith("bulk/") or "chosen-multiple" in route else ""
    return f"/admin/{address}{query}"


def with_permission(row, world):
    """Somebody of Oslo who holds what the row needs, and nothing else."""
    if row.family == REGISTER:
        user = make_user("librarian")
        give_model(user, *row.needs)
        return user
    if row.family in (CHOOSER, EVENT_CHOOSER):
        user = make_user("chooser", collection=world.oslo, actions=["change"])
        give_model(user, f"add_{row.needs}")
        if row.family == EVENT_CHOOSER:
            user = make_user("chooser-who-adds", collection=world.oslo, actions=["change", "add"])
        return user
    return make_user("holder", collection=world.oslo, actions=needed(row))


def needed(row):
    """The actions on the event that open the address together."""
    if row.needs == ANY:
        return ["check_in"]
    return [row.needs] if isinstance(row.needs, str) else list(row.needs)


def without_permission(row, world):
    """Somebody of Oslo who may do everything but this; where any action will do, somebody who has none."""
    if row.family == REGISTER:
        user = make_user("librarian-elsewhere", collection=world.oslo, actions=ACTIONS)
        model = row.needs[0].split("_")[1]
        wrong = {"add", "change", "delete"} - {name.split("_")[0] for name in row.needs}
        give_model(user, *(f"{action}_{model}" for action in wrong))
        return user
    if row.family in (CHOOSER, EVENT_CHOOSER):
        return make_user("door", collection=world.oslo, actions=["check_in"])
    if row.needs == ANY:
        return make_user("stranger")
    missing = needed(row)[-1]
    return make_user("nearly", collection=world.oslo, actions=[each for each in ACTIONS if each != missing])


def body_of(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def assert_tells_nothing(response):
    body = body_of(response)
    for word in SECRET_WORDS:
        assert word.encode() not in body, word


def assert_refused(ask):
    """Wagtail's redirect to the start page with a message; 403 for a fetch."""
    response = ask()
    assert (response.status_code, response.headers.get("Location")) == (302, "/admin/"), response.status_code
    assert_tells_nothing(response)
    fetched = ask(headers={"x-requested-with": "XMLHttpRequest"})
    assert fetched.status_code == 403
    assert_tells_nothing(fetched)


def assert_gets_in(response):
    """Not sent to the login or the start page, no 404, no 500; 405 where an address takes no POST."""
    assert response.status_code in (200, 302, 405), response.status_code
    assert response.headers.get("Location") not in ("/admin/", "/")
    assert not response.headers.get("Location", "").startswith("/admin/login")
    if response.status_code == 200:
        assert "no-store" in response.headers["Cache-Control"]


@pytest.fixture(params=["get", "post"])
def every_address(request, client, matrix):
    """Run a check on every address, each on the same untouched database; tell all that failed at once.

    The check is called with the row, the route and a function that asks for the address.
    """

    def run(check):
        failed = []
        for route, row in ROWS.items():
            address = address_of(route, matrix)
            try:
                with transaction.atomic():
                    ask = functools.partial(getattr(client, request.param), address)
                    check(row, route, ask)
                    transaction.set_rollback(True)
            except AssertionError as problem:
                failed.append(f"{request.param} {address}: {str(problem).splitlines()[0]}")
            client.logout()
        assert failed == []

    return run


def test_anonymous_meets_the_login(every_address):
    def check(row, route, ask):
        response = ask()
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/admin/login/")

    every_address(check)


def test_an_editor_of_another_collection_is_told_of_nothing(client, matrix, every_address):
    """404 where an address names an event; lists are narrowed to their own; registers refuse."""

    def check(row, route, ask):
        client.force_login(matrix.neighbour)
        if row.family == REGISTER or (row.family == CHOOSER and route.endswith("create/")):
            assert_refused(ask)
            return
        response = ask()
        names_an_event = row.family in (EVENT, BULK) or (row.family == EVENT_CHOOSER and "pk>" in route)
        assert response.status_code in ((404, 405) if names_an_event else (200, 405)), response.status_code
        assert_tells_nothing(response)
        matrix.event.refresh_from_db()
        assert matrix.event.collection == matrix.oslo

    every_address(check)


def test_somebody_without_the_permission_is_refused(client, matrix, every_address):
    def check(row, route, ask):
        client.force_login(without_permission(row, matrix))
        if row.family == EVENT and row.needs == ANY:
            response = ask()
            assert response.status_code == 404, "somebody without any action is told of nothing"
            assert_tells_nothing(response)
        elif row.family == BULK:
            # The screen names what is left out and does nothing to it.
            assert ask().status_code in (200, 302)
            assert Event.objects.filter(pk=matrix.event.pk, status="planned", collection=matrix.oslo).exists()
        else:
            assert_refused(ask)

    every_address(check)


def test_somebody_with_it_gets_in(client, matrix, every_address):
    def check(row, route, ask):
        client.force_login(with_permission(row, matrix))
        assert_gets_in(ask())

    every_address(check)


def test_a_superuser_gets_in(client, matrix, every_address):
    def check(row, route, ask):
        client.force_login(matrix.boss)
        assert_gets_in(ask())

    every_address(check)


class TestBulkActions:
    """Ids come from a hand-made address as easily as from the listing."""

    @pytest.fixture(params=["move_to_collection", "cancel", "delete"])
    def action(self, request):
        return f"/admin/bulk/nsr_events/event/{request.param}/"

    def test_one_foreign_id_refuses_the_whole_action(self, client, matrix, action):
        client.force_login(matrix.neighbour)
        own, foreign = matrix.foreign.pk, matrix.event.pk
        response = client.post(f"{action}?id={own}&id={foreign}", {"collection": matrix.trondelag.pk})
        assert response.status_code == 404
        assert Event.objects.filter(status="planned").count() == 2

    def test_all_means_all_of_the_users_own(self, client, matrix, action):
        client.force_login(matrix.neighbour)
        response = client.get(f"{action}?id=all")
        assert "Åpning på Trondheimskaia" in response.content.decode()
        assert_tells_nothing(response)

    @pytest.mark.parametrize("ids", ["id=abc", "id=", "", "id=99999999999999999999999", "id=0"])
    def test_ids_that_are_none_are_404(self, client, matrix, action, ids):
        client.force_login(matrix.boss)
        assert client.get(f"{action}?{ids}").status_code == 404


class TestPublicPages:
    """The pages themselves: view restrictions and drafts hold for every route below them."""

    @pytest.fixture
    def page(self, matrix):
        page = get_event_page_models()[0].objects.get(event=matrix.event)
        page.get_latest_revision().publish()
        return get_event_page_models()[0].objects.get(pk=page.pk)

    PUBLIC = {
        "",
        "programme/",
        "sessions/<uuid:uid>/",
        "sessions/<uuid:uid>.ics/",
        "materials/<uuid:uid>/",
        "calendar.ics/",
        "programme.ics/",
        "programme/changes/",
        "programme/changes.atom/",
        "programme/now.json/",
        "people/<uuid:uid>/",
        "rooms/<uuid:uid>/",
        "register/",
        "register/receipt/",
    }
    """Every route below an event page."""

    FORM = "register/"
    """The one that takes a POST, and refuses one without its key and stamp."""

    OF_ONE_BROWSER = {"register/receipt/"}
    """Leads to the form whoever holds no receipt."""

    def addresses(self, page):
        for route in self.PUBLIC:
            session = page.event.sessions.get()
            rows = {"people": session.people.get().person, "rooms": session.room}
            rows["materials"] = page.event.materials.get()
            path = route.replace("<uuid:uid>", str(rows.get(route.split("/")[0], session).uid))
            yield route, page.url + (path.rstrip("/") if re.search(r"\.\w+/$", path) else path)

    def test_every_route_has_a_row(self, page):
        routes = {
            str(pattern.pattern).removeprefix("^").removesuffix("$") for pattern in page.get_subpage_urls()
        }
        assert {route.replace("\\.", ".") for route in routes} == self.PUBLIC

    def test_what_is_live_is_for_everybody(self, client, page):
        for route, address in self.addresses(page):
            expected = {302, 303} if route in self.OF_ONE_BROWSER else {200}
            assert client.get(address).status_code in expected, route

    def test_no_route_takes_a_post(self, client, page):
        for route, address in self.addresses(page):
            expected = {400} if route == self.FORM else {404, 405}
            assert client.post(address).status_code in expected, route

    def test_a_draft_is_404_on_every_route(self, client, page):
        page.unpublish()
        for route, address in self.addresses(page):
            assert client.get(address).status_code == 404, route

    def test_a_restricted_page_tells_nothing_on_any_route(self, client, page):
        PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
        for route, address in self.addresses(page):
            response = client.get(address)
            assert response.status_code == 302, route
            assert_tells_nothing(response)
