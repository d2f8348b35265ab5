"""Wagtail's autosave, schedule, workflow, compare and history behave on our pages as on any other.

None of them sends, opens, releases or raises anything (architecture, section 5).
"""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management import call_command
from django.db.models import CharField, IntegerField
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupApprovalTask, Page, Workflow, WorkflowPage, WorkflowTask
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from nsr_events.core.models import Event
from nsr_events.outbox.models import OutgoingMail
from nsr_events.pages.reports import EventReportPage
from nsr_events.programme.models import ProgrammeRelease
from tests.factories import make_event, make_index, make_page

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["event", "report", "index"])
def page(request):
    """A live page of each of our types."""
    index = make_index()
    shown = make_page(make_event("Samling"), index, title="Før", slug="samling")
    if request.param == "event":
        return shown
    if request.param == "index":
        index.save_revision().publish()
        return again(index)
    report = index.add_child(instance=EventReportPage(title="Før", slug="slik", event=shown.event))
    report.save_revision().publish()
    return EventReportPage.objects.get(pk=report.pk)


@pytest.fixture
def editor(admin_client, page):
    """Somebody who may publish; afterwards nothing but the page has changed."""
    before = facts()
    yield admin_client
    assert facts() == before


def facts():
    """What hangs on events, and must not move when a page does."""
    events = Event.objects.values_list("pk", "ical_sequence", "status", "changed_at")
    counts = [model.objects.count() for model in (OutgoingMail, ProgrammeRelease)]
    return sorted(events), counts, len(mail.outbox)


def again(page):
    return Page.objects.get(pk=page.pk).specific


def address(name, *args):
    return reverse(f"wagtailadmin_pages:{name}", args=args)


def typed(page, **fields):
    """What the editor's form sends, with one paragraph in the body."""
    data = {
        "title": page.title, "slug": page.slug, "intro": page.intro, "types": [], "regions": [],
        "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000},
    }  # fmt: skip
    if hasattr(page, "date"):
        data |= {"date": page.date.isoformat(), "event": page.event_id}
    data |= {name: streamfield([]) for name in ("practical", "documents", "related")}
    data["body"] = streamfield([("text", rich_text("<p>Første avsnitt.</p>"))])
    # A site's own page types have plain fields of their own (tests/own_pages).
    plain = (field for field in page._meta.local_fields if isinstance(field, (IntegerField, CharField)))
    own = {field.name: value for field in plain if (value := field.value_from_object(page)) is not None}
    return nested_form_data({**own, **data, **fields})


def test_twenty_autosaves_are_one_draft_and_nothing_else(editor, page):
    url, overwrite, public = address("edit", page.pk), {}, editor.get(page.url).content
    for number in range(20):
        response = editor.post(
            url, typed(page, title=f"Etter {number}", **overwrite), headers={"accept": "application/json"}
        )
        assert response.status_code == 200, response.content
        overwrite = {"overwrite_revision_id": response.json()["revision_id"]}
    assert again(page).get_latest_revision_as_object().title == "Etter 19"
    assert again(page).title == page.title
    assert page.revisions.count() <= 2
    assert editor.get(page.url).content == public


def test_a_schedule_publishes_in_its_time_and_expires(editor, page):
    now = timezone.localtime()
    data = typed(page, title="Etter", go_live_at=f"{now + dt.timedelta(days=1):%Y-%m-%d %H:%M}")
    editor.post(address("edit", page.pk), {**data, "action-publish": "1"})
    call_command("publish_scheduled")
    assert again(page).title == page.title

    revision = page.revisions.order_by("-pk").first()
    revision.approved_go_live_at = now
    revision.content["go_live_at"] = now.isoformat()
    revision.save()
    call_command("publish_scheduled")
    assert again(page).title == "Etter"

    Page.objects.filter(pk=page.pk).update(expire_at=now)
    call_command("publish_scheduled")
    assert not again(page).live


def test_a_workflow_publishes_what_was_approved(editor, page, admin_user):
    group = Group.objects.create(name="Godkjennere")
    task = GroupApprovalTask.objects.create(name="Se over")
    task.groups.add(group)
    workflow = Workflow.objects.create(name="To par øyne")
    WorkflowTask.objects.create(workflow=workflow, task=task)
    WorkflowPage.objects.create(workflow=workflow, page=page)
    admin_user.groups.add(group)

    editor.post(address("edit", page.pk), {**typed(page, title="Etter"), "action-submit": "1"})
    assert again(page).title == page.title
    state = again(page).current_workflow_task_state
    url = address("workflow_action", page.pk, "approve", state.pk)
    editor.post(url, {"comment": ""})
    mail.outbox.clear()  # Wagtail's own, to those who approve
    assert again(page).title == "Etter"


def test_versions_are_compared_and_the_history_tells_who(editor, page, admin_user):
    url = address("edit", page.pk)
    fields = {"body": streamfield([("text", rich_text("<p>Andre avsnitt.</p>"))])}
    editor.post(url, typed(page))
    editor.post(url, typed(page, title="Etter", **(fields if hasattr(page, "body") else {})))
    old, new = page.revisions.order_by("-pk")[:2][::-1]
    body = editor.get(address("revisions_compare", page.pk, old.pk, new.pk)).content.decode()

    assert "Etter" in body
    assert ("Andre" in body) == hasattr(page, "body")
    assert admin_user.get_username() in editor.get(address("history", page.pk)).content.decode()
    assert editor.get(address("revisions_view", page.pk, old.pk)).status_code == 200


def test_going_back_to_an_older_version_keeps_the_address_and_the_event(editor, page):
    old = page.save_revision()
    editor.post(address("edit", page.pk), {**typed(page, title="Etter"), "action-publish": "1"})
    assert editor.get(address("revisions_revert", page.pk, old.pk)).status_code == 200
    editor.post(address("edit", page.pk), {**typed(page), "revision": old.pk, "action-publish": "1"})
    assert again(page).title == page.title
    assert getattr(again(page), "event_id", None) == getattr(page, "event_id", None)
    assert again(page).url == page.url
