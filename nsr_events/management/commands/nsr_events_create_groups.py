"""Make the suggested groups for a collection; running it again changes nothing that exists."""

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext_noop
from wagtail.models import Collection, GroupCollectionPermission

from nsr_events.core.permissions import ACTIONS

NEVER_BY_DEFAULT = {"see_sensitive", "see_audit"}

SUGGESTED = {
    gettext_noop("Event editors"): ("add", "change"),
    gettext_noop("Organisers"): tuple(action for action in ACTIONS if action not in NEVER_BY_DEFAULT),
    gettext_noop("Registrars"): ("see_registrations", "manage_registrations", "check_in", "send_mail"),
    gettext_noop("Host contacts"): ("see_registrations",),
    gettext_noop("Care contacts"): ("see_registrations", "see_sensitive"),
    gettext_noop("Check-in crew"): ("check_in",),
    gettext_noop("Meeting planners"): ("see_registrations", "plan_meetings"),
    gettext_noop("Auditors"): ("see_audit",),
}
"""Group and what it may do (privacy-security, section 1)."""


class Command(BaseCommand):
    help = "Make the suggested groups for the events of a collection."

    def add_arguments(self, parser):
        parser.add_argument(
            "--collection", help="Name or primary key; left out, the groups are for all collections."
        )

    @transaction.atomic
    def handle(self, *args, collection=None, **options):
        chosen = self._collection(collection)
        suffix = "" if chosen.is_root() else f" – {chosen.name}"
        for name, actions in SUGGESTED.items():
            group, made = Group.objects.get_or_create(name=f"{name}{suffix}")
            self._give(group, actions, chosen)
            self.stdout.write(f"{'made' if made else 'kept'}  {group.name}: {', '.join(actions)}")

    def _collection(self, wished):
        if wished is None:
            return Collection.get_first_root_node()
        by = {"pk": wished} if wished.isdecimal() else {"name": wished}
        found = list(Collection.objects.filter(**by)[:2])
        if len(found) != 1:
            names = ", ".join(Collection.objects.order_by("path").values_list("name", flat=True))
            raise CommandError(f"No single collection is called {wished!r}. There are: {names}.")
        return found[0]

    def _give(self, group, actions, collection):
        group.permissions.add(
            Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
        )
        codenames = [f"{action}_event" for action in actions]
        ours = Permission.objects.filter(content_type__app_label="nsr_events", codename__in=codenames)
        for permission in ours:
            GroupCollectionPermission.objects.get_or_create(
                group=group, collection=collection, permission=permission
            )
