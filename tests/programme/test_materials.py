"""Slides and documents: who may open which from when, where the files lie, and the editors' screens."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.http import Http404
from django.urls import reverse
from wagtail.permissions import policy_registry

from nsr_events.core.copying import copy_event
from nsr_events.core.events import change_status, delete_event
from nsr_events.core.permissions import EventPermissionPolicy
from nsr_events.core.private_files import ALIAS, ascii_name, shown_name
from nsr_events.programme import materials
from nsr_events.programme.current import current_programme
from nsr_events.programme.materials import Viewer, may_open
from nsr_events.programme.models import ConflictAcceptance, Session, SessionMaterial
from nsr_events.programme.releases import release_programme
from nsr_events.programme.sessions import SessionHasMaterials, place, remove, update_session

from .making import NOW, day_of, make_event, make_session

pytestmark = pytest.mark.django_db

ONE_MINUTE = dt.timedelta(minutes=1)
STRANGER, PARTICIPANT = Viewer(), Viewer(registered=True)


@pytest.fixture
def event():
    return make_event()


@pytest.fixture
def session(event):
    session = make_session(event)
    release_programme(event, now=NOW)
    return session


def upload(name="Trusler og svar.pdf", content=b"%PDF-1.7 lysbilder"):
    return SimpleUploadedFile(name, content)


def add(event, *, session=None, file="Trusler og svar.pdf", **fields):
    """A material with a file, or with a link when one is given."""
    row = SessionMaterial(
        event=event, session=session, **{"title": {"nb": "Lysbilder"}, "visible_from": "now", **fields}
    )
    return materials.save_material(row, uploaded=None if row.link else upload(file))


def as_seen(row):
    return materials.get_material(row.event, row.uid, current_programme(row.event_id))


def files(event):
    """The names of what lies in the private storage for an event."""
    try:
        return storages[ALIAS].listdir(f"materials/{event.uid}")[1]
    except FileNotFoundError:
        return []


class TestWhoAndWhen:
    """The one function that decides."""

    @pytest.mark.parametrize(
        ("access", "viewer", "opens"),
        [
            ("public", STRANGER, True),
            ("registered", STRANGER, False),
            ("registered", PARTICIPANT, True),
            ("attended", STRANGER, False),
            ("attended", PARTICIPANT, False),
        ],
    )
    def test_each_access_opens_for_those_it_names(self, event, session, access, viewer, opens):
        for lies_with in (session, None):
            row = add(event, session=lies_with, access=access)
            assert may_open(as_seen(row), viewer, now=NOW) is opens

    def test_attendance_counts_on_the_sessions_own_day_or_on_any_for_the_whole_event(self, event, session):
        first, second = (
            Viewer(registered=True, attended_days=frozenset({day_of(event, number)})) for number in (1, 2)
        )
        of_session, of_event = add(event, session=session, access="attended"), add(event, access="attended")

        assert may_open(as_seen(of_session), first, now=NOW)
        assert not may_open(as_seen(of_session), second, now=NOW)
        assert may_open(as_seen(of_event), second, now=NOW)

    @pytest.mark.parametrize("visible_from", ["after_session", "after_event", "moment"])
    def test_nobody_opens_it_a_minute_before_its_time(self, event, session, visible_from):
        moment = NOW + dt.timedelta(days=3)
        ends = {"after_session": session.end, "after_event": event.end, "moment": moment}[visible_from]
        row = add(event, session=session, access="public", visible_from=visible_from, visible_at=moment)

        assert not may_open(as_seen(row), STRANGER, now=ends - ONE_MINUTE)
        assert may_open(as_seen(row), STRANGER, now=ends)

    def test_a_document_of_the_whole_event_waits_for_the_event(self, event):
        row = add(event, access="public", visible_from="after_session")

        assert not may_open(as_seen(row), STRANGER, now=event.end - ONE_MINUTE)
        assert may_open(as_seen(row), STRANGER, now=event.end)

    @pytest.mark.parametrize("status", ["postponed", "cancelled"])
    def test_nothing_is_over_that_did_not_take_place(self, event, session, status):
        row = add(event, session=session, access="public", visible_from="after_session")
        change_status(event, status, now=NOW)
        row.refresh_from_db()

        assert not may_open(as_seen(row), STRANGER, now=event.end)

    def test_moving_a_session_opens_nothing_before_it_is_released(self, event, session):
        row = add(event, session=session, access="public", visible_from="after_session")
        place(event, session.uid, version=session.version, day=day_of(event), start="09:00", now=NOW)

        assert not may_open(as_seen(row), STRANGER, now=session.end - ONE_MINUTE)

    @pytest.mark.parametrize("values", [{"kind": "internal"}, {"status": "draft"}])
    def test_what_lies_with_a_session_that_is_not_public_is_known_to_nobody(self, event, session, values):
        hidden = make_session(event, "Rigging", "12:00", **values)
        release_programme(event, now=NOW)
        row = add(event, session=hidden, access="public")

        assert as_seen(row) is None
        assert (
            materials.for_participant(event, current_programme(event.pk), viewer=PARTICIPANT, now=NOW) == []
        )

    @pytest.mark.parametrize("values", [{"kind": "internal"}, {"status": "draft"}])
    def test_what_leaves_the_programme_takes_its_slides_along(self, event, session, values):
        row = add(event, session=session, access="public")
        update_session(event, session.uid, version=session.version, now=NOW, **values)
        assert as_seen(row) is not None
        release_programme(event, now=NOW + ONE_MINUTE)

        assert as_seen(row) is None

    def test_a_participant_is_given_what_they_may_open_in_two_queries(
        self, event, session, django_assert_num_queries
    ):
        for number in range(5):
            add(event, session=session, title={"nb": f"Del {number}"})
        add(event, title={"nb": "Deltakerhefte"})
        add(event, access="attended")

        with django_assert_num_queries(2):
            found = materials.for_participant(event, current_programme(event.pk), viewer=PARTICIPANT, now=NOW)

        assert [str(each.row) for each in found] == ["Deltakerhefte", *(f"Del {n}" for n in range(5))]
        assert materials.for_participant(event, current_programme(event.pk), viewer=STRANGER, now=NOW) == []


class TestFiles:
    """Where they lie, under what name they go out, and that they go with their row."""

    def test_the_file_lies_outside_the_media_folder_under_a_name_nobody_typed(self, event, settings):
        row = add(event)

        assert row.file.path.startswith(str(settings.STORAGES[ALIAS]["OPTIONS"]["location"]))
        assert not row.file.path.startswith(str(settings.MEDIA_ROOT))
        assert row.file.name != add(event).file.name

    @pytest.mark.parametrize(
        ("name", "plain", "shown"),
        [
            ("Trusler og svar.PDF", "trusler-og-svar.pdf", "Trusler og svar.PDF"),
            ("Æøå – 张伟.pptx", "aeoa-zhangwei.pptx", "Æøå – 张伟.pptx"),
            ("../../etc/passwd", "passwd", "passwd"),
            ("..\\..\\boot.ini", "boot.ini", "boot.ini"),
            ('a"; filename="b.exe', "a-filenameb.exe", 'a"; filename="b.exe'),
            ("linje\r\nSet-Cookie: x.pdf", "linjeset-cookie-x.pdf", "linjeSet-Cookie: x.pdf"),
            (".pdf", "pdf", ".pdf"),
            ("\u202efdp.exe.pdf", "fdpexe.pdf", "fdp.exe.pdf"),
        ],
    )
    def test_names_are_plain_letters_in_the_header_beside_what_was_typed(self, name, plain, shown):
        assert shown_name(name) == shown
        assert set(ascii_name(name)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_.")
        assert ascii_name(name).rpartition(".")[2] == plain.rpartition(".")[2]

    @pytest.mark.parametrize("name", ["lysbilder.exe", "lysbilder", "lysbilder.pdf.html", "lysbilder.svg"])
    def test_types_the_site_does_not_take_are_refused(self, event, name):
        with pytest.raises(ValidationError, match="pdf, pptx"):
            add(event, file=name)

    def test_the_types_are_a_setting(self, event, settings):
        settings.NSR_EVENTS = {**settings.NSR_EVENTS, "MATERIAL_EXTENSIONS": [".TXT"]}

        assert add(event, file="notat.txt").file_name == "notat.txt"
        with pytest.raises(ValidationError):
            add(event, file="lysbilder.pdf")

    def test_a_file_over_the_limit_is_refused(self, event, monkeypatch):
        monkeypatch.setattr(materials, "MOST_BYTES", 10)

        with pytest.raises(ValidationError):
            add(event)
        assert files(event) == []

    def test_it_is_a_file_or_a_link_also_for_the_database(self, event):
        with pytest.raises(ValidationError):
            materials.save_material(SessionMaterial(event=event, title={"nb": "Tomt"}))
        with pytest.raises(IntegrityError), transaction.atomic():
            SessionMaterial.objects.create(event=event, title={"nb": "Tomt"})

    @pytest.mark.parametrize("link", ["javascript:alert(1)", "ftp://a.no/b", "data:text/html,x"])
    def test_a_link_is_a_web_address(self, event, link):
        with pytest.raises(ValidationError):
            add(event, link=link)

    def test_a_session_of_another_event_is_refused(self, event):
        other = make_session(make_event(), "Annet sted")

        with pytest.raises(ValidationError):
            add(event, session=other)

    def test_a_new_file_or_a_link_takes_the_place_of_the_old_file(
        self, event, django_capture_on_commit_callbacks
    ):
        row = add(event)
        with django_capture_on_commit_callbacks(execute=True):
            materials.save_material(row, uploaded=upload("Nyere.pdf"))
        assert [name.partition("-")[2] for name in files(event)] == ["nyere.pdf"]

        row.link = "https://video.example.no/opptak"
        with django_capture_on_commit_callbacks(execute=True):
            materials.save_material(row)
        assert (files(event), row.file_name) == ([], "")

    @pytest.mark.parametrize("what", ["material", "event"])
    def test_a_file_goes_with_its_row(self, event, session, what, django_capture_on_commit_callbacks):
        row = add(event, session=session)
        event.releases.all().delete()
        with django_capture_on_commit_callbacks(execute=True):
            materials.delete_material(row) if what == "material" else delete_event(event)

        assert not SessionMaterial.objects.exists()
        assert files(event) == []

    def test_a_file_stays_when_deleting_is_called_off(self, event):
        row = add(event)
        try:
            with transaction.atomic():
                materials.delete_material(row)
                raise RuntimeError
        except RuntimeError:
            pass

        assert len(files(event)) == 1

    def test_a_file_that_is_gone_from_the_storage_is_404(self, event):
        row = add(event)
        storages[ALIAS].delete(row.file.name)

        with pytest.raises(Http404):
            materials.serve(as_seen(row))

    def test_an_item_with_slides_is_not_removed_under_them(self, event):
        session = make_session(event)
        add(event, session=session)

        with pytest.raises(SessionHasMaterials):
            remove(event, session.uid, version=session.version)
        assert Session.objects.filter(pk=session.pk).exists()

    def test_a_copy_of_the_event_has_none(self, event, session):
        add(event, session=session)
        add(event, visible_from="moment", visible_at=NOW)

        assert copy_event(event, now=NOW).materials.count() == 0


class TestScreens:
    """What an editor does, by ordinary forms."""

    @pytest.fixture
    def editor(self, admin_client):
        return admin_client

    def url(self, event, name, *args):
        return reverse(f"nsr_events_programme:{name}", args=[event.pk, *args])

    def typed(self, **changes):
        return {
            "title_nb": "Lysbilder",
            "session": "",
            "link": "",
            "language": "",
            "access": "registered",
            "visible_from": "after_session",
            "visible_at": "",
            **changes,
        }

    def test_slides_are_added_to_an_item(self, editor, event, session):
        data = self.typed(session=session.pk, file=upload("Årets trusler.pdf"), access="public")
        response = editor.post(self.url(event, "material_new"), data)

        row = SessionMaterial.objects.get()
        assert response.url == self.url(event, "materials")
        assert (row.session, row.access, row.file_name) == (session, "public", "Årets trusler.pdf")
        assert row.file.read() == b"%PDF-1.7 lysbilder"
        page = editor.get(response.url).content.decode()
        assert "Årets trusler.pdf" in page
        assert "Trusselbildet" in page

    def test_the_menu_of_an_item_leads_to_a_form_with_that_item_chosen(self, editor, event, session):
        response = editor.get(self.url(event, "material_new"), {"session": str(session.uid)})

        assert response.context["form"]["session"].value() == session.pk

    @pytest.mark.parametrize("session", ["abc", "", "5b6c5f0e-2b60-4f0a-9a64-1e9f7d8f2c11"])
    def test_a_strange_item_in_the_address_is_ignored(self, editor, event, session):
        assert editor.get(self.url(event, "material_new"), {"session": session}).status_code == 200

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({}, "file"),
            ({"file": "exe"}, "file"),
            ({"link": "javascript:alert(1)"}, "link"),
            ({"link": "https://a.no", "file": "pdf"}, "link"),
            ({"link": "https://a.no", "visible_from": "moment"}, "visible_at"),
            ({"link": "https://a.no", "visible_from": "moment", "visible_at": "i morgen"}, "visible_at"),
            ({"link": "https://a.no", "title_nb": ""}, "title"),
            ({"link": "https://a.no", "access": "alle"}, "access"),
            ({"link": "https://a.no", "session": "999999"}, "session"),
        ],
    )
    def test_a_mistake_is_told_at_its_field_and_nothing_is_saved(self, editor, event, changes, field):
        if ending := changes.get("file"):
            changes = {**changes, "file": upload(f"fil.{ending}")}
        response = editor.post(self.url(event, "material_new"), self.typed(**changes))

        assert response.status_code == 200
        assert field in response.context["form"].errors
        assert not SessionMaterial.objects.exists()

    def test_an_item_of_another_event_is_no_choice(self, editor, event):
        other = make_session(make_event(), "Annet sted")
        response = editor.post(
            self.url(event, "material_new"), self.typed(session=other.pk, link="https://a.no")
        )

        assert "session" in response.context["form"].errors

    def test_the_moment_is_on_the_events_own_clocks(self, editor, settings):
        event = make_event(zone="America/New_York")
        data = self.typed(link="https://a.no", visible_from="moment", visible_at="2027-09-28T18:00")
        editor.post(self.url(event, "material_new"), data)

        row = SessionMaterial.objects.get()
        assert row.visible_at == dt.datetime(2027, 9, 28, 22, tzinfo=dt.UTC)
        form = editor.get(self.url(event, "material", row.uid)).context["form"]
        assert 'value="2027-09-28T18:00"' in str(form["visible_at"])

    def edit(self, editor, event, row, **changes):
        address = self.url(event, "material", row.uid)
        opened = editor.get(address).context["form"]["opened"].value()
        return editor.post(
            address, self.typed(**{"opened": opened, "session": row.session_id or "", **changes})
        )

    def test_who_may_open_it_is_changed_and_the_file_stays(self, editor, event, session):
        row = add(event, session=session, access="public")
        self.edit(editor, event, row, access="attended")

        row.refresh_from_db()
        assert (row.access, row.file_name) == ("attended", "Trusler og svar.pdf")
        assert row.file.read() == b"%PDF-1.7 lysbilder"

    def test_a_stale_tab_does_not_open_again_what_was_closed_meanwhile(self, editor, event):
        row = add(event, access="public")
        address = self.url(event, "material", row.uid)
        opened = editor.get(address).context["form"]["opened"].value()
        self.edit(editor, event, row, access="registered")
        stale = editor.post(address, self.typed(access="public", opened=opened))

        row.refresh_from_db()
        assert (stale.status_code, row.access) == (200, "registered")
        again = stale.context["form"]["opened"].value()
        editor.post(address, self.typed(access="public", opened=again))
        row.refresh_from_db()
        assert row.access == "public"

    def test_deleting_asks_first(self, editor, event, django_capture_on_commit_callbacks):
        row = add(event)
        address = self.url(event, "material_delete", row.uid)

        assert editor.get(address).status_code == 200
        assert SessionMaterial.objects.exists()
        with django_capture_on_commit_callbacks(execute=True):
            editor.post(address)
        assert not SessionMaterial.objects.exists()
        assert files(event) == []

    def test_an_editor_opens_a_file_that_nobody_else_may_open_yet(self, editor, event):
        row = add(event, access="attended", visible_from="after_event")
        response = editor.get(self.url(event, "material_file", row.uid))

        assert b"".join(response.streaming_content) == b"%PDF-1.7 lysbilder"
        assert "no-store" in response["Cache-Control"]

    @pytest.mark.parametrize("name", ["material", "material_delete", "material_file"])
    def test_a_material_of_another_event_is_404(self, editor, event, name):
        row = add(make_event())

        assert editor.get(self.url(event, name, row.uid)).status_code == 404
        assert editor.post(self.url(event, name, row.uid)).status_code in (404, 405)

    def test_the_history_knows_who_may_open_it_and_no_title(self, editor, event):
        row = add(event, title={"nb": "Hemmelig"})
        materials.delete_material(row)
        told = str(list(event_log(event)))

        assert "registered" in told
        assert "Hemmelig" not in told


def event_log(event):
    from wagtail.models import ModelLogEntry

    return ModelLogEntry.objects.filter(object_id=str(event.pk), action__contains="material").values_list(
        "action", "data"
    )


def test_a_file_that_lies_about_its_type_goes_out_as_its_ending_says(event):
    row = add(event, access="public")
    row.file.storage.delete(row.file.name)
    row.file.storage.save(row.file.name, ContentFile(b"<script>alert(1)</script>"))
    response = materials.serve(as_seen(row))

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("model", [SessionMaterial, ConflictAcceptance])
def test_rows_of_the_programme_have_the_permissions_of_their_event(event, model):
    assert isinstance(policy_registry.get_by_type(model), EventPermissionPolicy)
