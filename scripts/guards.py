"""Takes away one guard at a time and shows that a test turns red: permission checks, escapes, locks, secrets.

Works in a copy of the repository. Prints a line a guard and ends with 1 when one could be taken away unnoticed:

    python scripts/guards.py [--only WORD] [--list]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Guard:
    """One guard: the text that is it, what stands there without it, and the tests that must miss it."""

    name: str
    path: str
    guard: str
    without: str
    tests: str
    postgres: bool = False


GUARDS = (
    Guard(
        "a neighbour's events are not told of",
        "nsr_events/core/permissions.py",
        '    if not may(request.user, ACTIONS, event):\n        raise Http404("No event of the user\'s collections.")\n',
        "",
        "tests/admin/test_matrix.py",
    ),
    Guard(
        "a missing permission refuses",
        "nsr_events/core/permissions.py",
        "    if not may(request.user, action, event):\n        raise PermissionDenied\n",
        "",
        "tests/admin/test_matrix.py",
    ),
    Guard(
        "rows of another event are not found",
        "nsr_events/core/permissions.py",
        "return queryset.filter(**{self.event_lookup: self.event}) if self.event_lookup else queryset",
        "return queryset",
        "tests/core/test_permissions.py",
    ),
    Guard(
        "facts are compared under the event's lock",
        "nsr_events/core/events.py",
        "return Event.objects.select_for_update(no_key=True).get(pk=pk)",
        "return Event.objects.get(pk=pk)",
        "tests/core/test_races.py",
        postgres=True,
    ),
    Guard(
        "structured data cannot end its script",
        "nsr_events/templatetags/nsr_events.py",
        ".translate(LD_ESCAPES)",
        "",
        "tests/pages/test_related.py",
    ),
    Guard(
        "drafts and restricted pages stay out of feeds",
        "nsr_events/pages/presentations.py",
        "return Page.objects.all().private_q()",
        "return Q(pk__in=[])",
        "tests/calendars/test_feeds.py tests/pages",
    ),
    Guard(
        "seats are counted under the lock",
        "nsr_events/registration/locking.py",
        'setups.select_for_update(no_key=True, of=("self",)).get(event_id=event_id)',
        "setups.get(event_id=event_id)",
        "tests/registration/test_races.py",
        postgres=True,
    ),
    Guard(
        "a held lock is waited for three seconds only",
        "nsr_events/registration/locking.py",
        "SET LOCAL lock_timeout = '{PATIENCE}'",
        "SET LOCAL lock_timeout = '60s'",
        "tests/registration/test_races.py -k busy",
        postgres=True,
    ),
    Guard(
        "two senders never claim the same mail",
        "nsr_events/outbox/claims.py",
        "due.select_for_update(skip_locked=True, no_key=True).values_list",
        "due.values_list",
        "tests/outbox/test_crashes.py -k TwoClaims",
        postgres=True,
    ),
    Guard(
        "a former owner begins no mail",
        "nsr_events/outbox/claims.py",
        "filter(pk=pk, owner=owner, status=Status.CLAIMED)",
        "filter(pk=pk)",
        "tests/outbox/test_delivery.py",
    ),
    Guard(
        "a former owner's outcome changes nothing",
        "nsr_events/outbox/claims.py",
        "filter(pk=mail.pk, owner=mail.owner, status=Status.SENDING)",
        "filter(pk=mail.pk)",
        "tests/outbox/test_delivery.py",
    ),
    Guard(
        "a lease is respected until it is over",
        "nsr_events/outbox/claims.py",
        "OutgoingMail.objects.filter(lease_until__lte=now)",
        "OutgoingMail.objects.exclude(lease_until=None)",
        "tests/outbox/test_delivery.py",
    ),
    Guard(
        "a mass mail that may have gone out waits for staff",
        "nsr_events/outbox/claims.py",
        "sending.filter(again).update(status=Status.PENDING",
        "sending.update(status=Status.PENDING",
        "tests/outbox/test_delivery.py",
    ),
    Guard(
        "of two that saw a free slot one gets it",
        "nsr_events/outbox/slots.py",
        "filter(pk=slot.pk, until=slot.until, owner=slot.owner)",
        "filter(pk=slot.pk)",
        "tests/outbox/test_delivery.py",
    ),
    Guard(
        "who lost the slot sends nothing more",
        "nsr_events/outbox/slots.py",
        "mine = SenderSlot.objects.filter(pk=slot.pk, owner=slot.owner)",
        "mine = SenderSlot.objects.filter(pk=slot.pk)",
        "tests/outbox/test_delivery.py",
    ),
    Guard(
        "a mail is asked whether it is still wanted when it is sent",
        "nsr_events/outbox/delivery.py",
        "return kind.guard(mail, now) or (None",
        "return (None",
        "tests/outbox/test_delivery.py",
    ),
    Guard(
        "a mailbox is not flooded by many at the same moment",
        "nsr_events/registration/first_mail.py",
        "if not use(limit, *per, now=now).allowed]",
        "if used_up(limit, *per, now=now)]",
        "tests/registration/test_form_views.py -k mail",
    ),
    Guard(
        "following a link stops no reminders",
        "nsr_events/registration/own/entering.py",
        'if request.method == "POST" and row.reminders_stopped is None:',
        "if row.reminders_stopped is None:",
        "tests/registration/test_mail_links.py -k every_link",
    ),
    Guard(
        "following a link confirms no address",
        "nsr_events/registration/own/entering.py",
        '        if request.method == "POST":\n            try:',
        "        if True:\n            try:",
        "tests/registration/test_mail_links.py -k every_link",
    ),
    Guard(
        "nobody passes those who wait",
        "nsr_events/registration/room.py",
        "        if limit or not any(self._before(waiting, category, days) for waiting in self.queue):\n            return limit\n",
        "        return limit\n",
        "tests/registration/test_room.py tests/registration/test_seats.py",
    ),
    Guard(
        "the form decides when it is open, not the page",
        "nsr_events/registration/seats/arriving.py",
        '    if not state.takes_forms and state.state != "full":\n',
        "    if False:\n",
        "tests/registration/test_seats.py",
    ),
    Guard(
        "a locked invitation is for its own address",
        "nsr_events/registration/seats/arriving.py",
        "return replace(application, email=invitation.email) if invitation.locked_email else application",
        "return application",
        "tests/registration/test_seats.py",
    ),
    Guard(
        "a known address is as much work as a new one",
        "nsr_events/registration/seats/arriving.py",
        "                _take_as_long(setup, application, status, step)\n",
        "                pass\n",
        "tests/registration/test_form_views.py -k as_much_work",
    ),
    Guard(
        "a stale tab changes nothing",
        "nsr_events/registration/seats/leaving.py",
        "        if row_version is not None and row.row_version != row_version:\n            raise Stale(row)\n",
        "",
        "tests/registration/test_own_page.py",
    ),
    Guard(
        "a link of one purpose opens no other door",
        "nsr_events/registration/links.py",
        'salt=f"nsr_events.{Purpose(purpose)}"',
        'salt="nsr_events"',
        "tests/registration/test_own_page.py tests/calendars/test_personal_feed.py",
    ),
    Guard(
        "a raised version revokes links",
        "nsr_events/registration/links.py",
        "    if opened is None or opened.uid != row.uid or opened.version != version_of(purpose, row):\n        return False\n",
        "    if opened is None or opened.uid != row.uid:\n        return False\n",
        "tests/registration/test_own_page.py",
    ),
    Guard(
        "links die after the event",
        "nsr_events/registration/links.py",
        "    return now < expires(purpose, row)\n",
        "    return True\n",
        "tests/registration/test_own_page.py",
    ),
    Guard(
        "an own page opens only in the browser that came with the link",
        "nsr_events/registration/own/access.py",
        "registration is None or not links.noted(request, Purpose.ME, registration, now=now)",
        "registration is None",
        "tests/registration/test_own_page.py",
    ),
    Guard(
        "guessing links is stopped",
        "nsr_events/registration/own/access.py",
        "    if not used_up(UNKNOWN_TOKENS, network, now=now):\n        return None\n",
        "    return None\n",
        "tests/registration/test_own_page.py",
    ),
    Guard(
        "a material is asked for its audience on each request",
        "nsr_events/registration/own/views.py",
        "if found is None or not materials.may_open(found, viewer_of(registration), now=now):",
        "if found is None:",
        "tests/registration/test_own_materials.py",
    ),
    Guard(
        "public materials only, without a seat",
        "nsr_events/programme/materials.py",
        "return material.is_for(viewer) and material.is_due(now)",
        "return material.is_due(now)",
        "tests/programme/test_materials.py tests/pages",
    ),
    Guard(
        "slides wait for their time",
        "nsr_events/programme/materials.py",
        "return material.is_for(viewer) and material.is_due(now)",
        "return material.is_for(viewer)",
        "tests/programme/test_materials.py",
    ),
    Guard(
        "a guessed address of slides is asked too",
        "nsr_events/pages/views.py",
        "if material is None or not may_open(material, Viewer(), now=timezone.now()):",
        "if material is None:",
        "tests/pages/test_materials.py",
    ),
    Guard(
        "slides of an item that is not public are known to nobody",
        "nsr_events/programme/materials.py",
        "    if item is None or item.gone:  # internal items are in no release\n        return None\n",
        "    if item is None:\n        return None\n",
        "tests/programme/test_materials.py",
    ),
    Guard(
        "no page of an item that never was or has left",
        "nsr_events/pages/views.py",
        'if not item or item.gone or item.kind == "internal":',
        "if not item:",
        "tests/pages/test_event_pages.py",
    ),
    Guard(
        "restricted pages are on no list",
        "nsr_events/pages/listing.py",
        "model.objects.live().public().descendant_of(index)",
        "model.objects.live().descendant_of(index)",
        "tests/pages/test_index.py tests/pages/test_event_pages.py",
    ),
    Guard(
        "drafts are on no list",
        "nsr_events/pages/listing.py",
        "model.objects.live().public().descendant_of(index)",
        "model.objects.public().descendant_of(index)",
        "tests/pages/test_event_pages.py tests/pages/test_index.py",
    ),
    Guard(
        "read also names no restricted page",
        "nsr_events/pages/related.py",
        "Page.objects.live().filter(translation_key__in=keys).exclude(hidden)",
        "Page.objects.live().filter(translation_key__in=keys)",
        "tests/pages/test_related.py",
    ),
    Guard(
        "an event names no restricted report",
        "nsr_events/pages/related.py",
        "model.objects.live().filter(event_id=page.event_id).exclude(private)",
        "model.objects.live().filter(event_id=page.event_id)",
        "tests/pages/test_related.py",
    ),
    Guard(
        "no cache keeps an editor's copy",
        "nsr_events/pages/views.py",
        'getattr(request, "is_preview", False) or settings.SESSION_COOKIE_NAME in request.COOKIES',
        'getattr(request, "is_preview", False)',
        "tests/pages/test_event_pages.py tests/pages/test_materials.py",
    ),
    Guard(
        "a link for participants reaches no machine",
        "nsr_events/pages/structured.py",
        'event.online_url if event.online_open else page_url or ""',
        'event.online_url or page_url or ""',
        "tests/pages/test_related.py",
    ),
    Guard(
        "feeds hold nothing that XML cannot",
        "nsr_events/pages/atom.py",
        'return NOT_XML.sub("", text)',
        "return text",
        "tests/pages/test_index.py",
    ),
    Guard(
        "calendars hold no control characters",
        "nsr_events/calendars/ics.py",
        r"[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\ud800-\udfff]",
        r"[\x00]",
        "tests/calendars/test_ics.py",
    ),
    Guard(
        "releases are compared under the event's lock",
        "nsr_events/programme/releases.py",
        "    event = lock_event(event.pk)\n    working = load_working(event)\n",
        "    working = load_working(event)\n",
        "tests/programme/test_races.py",
        postgres=True,
    ),
    Guard(
        "nothing newer is released blindly",
        "nsr_events/programme/releases.py",
        "    _refuse_stale(composed, working.newest, expected_number, expected_change)\n",
        "",
        "tests/programme/test_releases.py",
    ),
    Guard(
        "a stop blocks the release",
        "nsr_events/programme/releases.py",
        "    if stops := check_programme(working, now=now).stops:\n        raise ReleaseBlocked(stops)\n",
        "",
        "tests/programme/test_releases.py",
    ),
    Guard(
        "an item saved meanwhile is not overwritten",
        "nsr_events/programme/sessions.py",
        "return Session.objects.filter(pk=session.pk, version=version)",
        "return Session.objects.filter(pk=session.pk)",
        "tests/programme/test_sessions.py tests/programme/test_races.py",
        postgres=True,
    ),
    Guard(
        "an event that people rest on is kept",
        "nsr_events/admin/deletion.py",
        "    if holders := holders_of(event):\n        return holders\n",
        "",
        "tests/admin/test_all_events.py",
    ),
    Guard(
        "what is in use says by whom, alone",
        "nsr_events/admin/registers.py",
        "        if self.holders:\n            return self.render_to_response(self.get_context_data())\n",
        "",
        "tests/admin/test_registers.py",
    ),
    Guard(
        "what holds a row is named to its own collection only",
        "nsr_events/admin/holders.py",
        "elif may(user, ACTIONS, event):",
        "elif True:",
        "tests/admin/test_registers.py",
    ),
    Guard(
        "a page keeps its own event, whatever a revision says",
        "nsr_events/pages/models.py",
        'return super().with_content_json({**content, "event": self.event_id})',
        "return super().with_content_json(content)",
        "tests/pages/test_life.py",
    ),
    Guard(
        "a copied page never shares the event",
        "nsr_events/pages/models.py",
        "if self._state.adding and self.event_id and not self.alias_of_id and self._language_is_taken():",
        "if False:",
        "tests/pages/test_life.py",
    ),
    Guard(
        "a person's pages are kept nowhere and lead on to nobody",
        "nsr_events/registration/responses.py",
        "    for name, value in HEADERS.items():\n        response.headers[name] = value\n",
        "",
        "tests/registration/test_own_page.py",
    ),
    Guard(
        "a person's pages have a content policy",
        "nsr_events/registration/responses.py",
        '    if conf.PARTICIPANT_CSP:\n        response.headers.setdefault("Content-Security-Policy", conf.PARTICIPANT_CSP)\n',
        "",
        "tests/registration/test_own_page.py tests/registration/test_form_views.py",
    ),
    Guard(
        "reminders: nobody hears of a date that is no more",
        "nsr_events/reminders/guards.py",
        "    if each is None or each.due > max(mail.due, now):\n        return Reason.SUPERSEDED\n",
        "    if each is None:\n        return None\n",
        "tests/reminders/test_meanwhile.py -k moved",
    ),
    Guard(
        "reminders: who stopped them gets none",
        "nsr_events/reminders/guards.py",
        "    if mail.registration.reminders_stopped:\n        return Reason.UNSUBSCRIBED\n",
        "",
        "tests/reminders/test_meanwhile.py -k wanted",
    ),
    Guard(
        "reminders: none for an event that is off",
        "nsr_events/reminders/guards.py",
        "    if mail.event.is_off:\n        return Reason.EVENT_OFF\n",
        "",
        "tests/reminders/test_meanwhile.py -k event",
    ),
    Guard(
        "reminders: who came after its time has a confirmation instead",
        "nsr_events/reminders/planning.py",
        "        rows = audiences.had_status(rows, rule.segment, due_then)\n",
        "        pass\n",
        "tests/reminders/test_planning.py -k after_its_time",
    ),
    Guard(
        "reminders: who was reminded is not reminded of a time already past",
        "nsr_events/reminders/planning.py",
        "    if rule.moved_at and due_then <= rule.moved_at:\n",
        "    if False:\n",
        "tests/reminders/test_planning.py -k moved_so_near",
    ),
    Guard(
        "reminders: what was due before the rule was made or woken does not fire",
        "nsr_events/reminders/planning.py",
        " if each.due >= rule.counts_from]",
        "]",
        "tests/reminders/test_planning.py -k made_after_its_time",
    ),
    Guard(
        "messages: a stopped one goes to nobody more",
        "nsr_events/reminders/guards.py",
        "mail.part_of is not None and mail.part_of.state == Message.State.CONFIRMED",
        "True",
        "tests/reminders/test_messages.py -k holds_when_it_is_stopped",
    ),
    Guard(
        "messages: the number that was shown is the number that is sent",
        "nsr_events/reminders/messages.py",
        "    if len(meant) != count:\n        raise NumberChanged(len(meant))\n",
        "",
        "tests/reminders/test_messages.py -k another_number",
    ),
    Guard(
        "messages: of two who confirm at once one does",
        "nsr_events/reminders/messages.py",
        'rows = Message.objects.select_for_update(no_key=True, of=("self",))',
        "rows = Message.objects.all()",
        "tests/reminders/test_messages_race.py -k two_who",
        postgres=True,
    ),
    Guard(
        "messages: it is confirmed as it was seen",
        "nsr_events/reminders/messages.py",
        "    if seen is not None and seen != content(message):\n        raise ChangedMeanwhile\n",
        "",
        "tests/reminders/test_screens.py -k meanwhile",
    ),
    Guard(
        "audiences: what is deleted still narrows a mail to a few",
        "nsr_events/reminders/admin/segment_fields.py",
        "[*found, *_lost(kept, found)]",
        "found",
        "tests/reminders/test_hostile.py -k Deleted",
    ),
    Guard(
        "audiences: what cannot be read means nobody",
        "nsr_events/reminders/segments.py",
        "return cls(statuses=frozenset(), categories=frozenset({NOBODY}))",
        "return cls()",
        "tests/reminders/test_hostile.py -k no_audience",
    ),
    Guard(
        "messages: a newer notice takes the place of an older one",
        "nsr_events/reminders/messages.py",
        "    if message.is_notice:\n        _supersede(message)\n",
        "",
        "tests/reminders/test_messages.py -k newer_notice",
    ),
    Guard(
        "invitations by mail: told only where something differs",
        "nsr_events/calendars/invites.py",
        "        elif row.digest != wish.digest:\n",
        "        else:\n",
        "tests/calendars/test_invites.py -k older_mail",
    ),
    Guard(
        "invitations by mail: compared under a lock",
        "nsr_events/outbox/claims.py",
        'return registrations.select_for_update(no_key=True, of=("self",)).filter(mails=pk)',
        "return registrations.filter(mails=pk)",
        "tests/calendars/test_invites_race.py",
        postgres=True,
    ),
)


def main() -> int:
    """Try every guard (or those whose name holds ``--only``) and say which could be taken away unnoticed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="")
    parser.add_argument("--list", action="store_true")
    asked = parser.parse_args()
    chosen = [guard for guard in GUARDS if asked.only in guard.name]
    if asked.list:
        print("\n".join(guard.name for guard in chosen))
        return 0
    with tempfile.TemporaryDirectory(prefix="nsr-events-guards-") as folder:
        copy = Path(folder) / "copy"
        tracked = shutil.ignore_patterns(".git", ".venv", ".demo", "__pycache__", ".*_cache")
        shutil.copytree(ROOT, copy, ignore=tracked)
        unnoticed = [guard.name for guard in chosen if not is_missed(guard, copy)]
    print(f"{len(chosen) - len(unnoticed)} of {len(chosen)} guards are missed when they are gone.")
    return 1 if unnoticed else 0


def is_missed(guard: Guard, copy: Path) -> bool:
    """Whether a test turns red without the guard; the copy is put back afterwards."""
    path = copy / guard.path
    whole = path.read_text()
    if guard.guard not in whole:
        print(f"NOT FOUND  {guard.name}: {guard.path} reads otherwise now", flush=True)
        return False
    path.write_text(whole.replace(guard.guard, guard.without, 1))
    try:
        red = run(guard, copy) != 0
    finally:
        path.write_text(whole)
    print(f"{'red ' if red else 'UNNOTICED'}  {guard.name}", flush=True)
    return red


def run(guard: Guard, copy: Path) -> int:
    """Run the guard's tests in the copy until the first that fails; 0 when all pass."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *guard.tests.split()]
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [*command, *(["--postgres"] if guard.postgres else [])],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode not in {0, 1}:
        print(done.stdout[-2000:], done.stderr[-1000:], flush=True)
        raise SystemExit(f"{guard.name}: the tests could not run")
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main())
