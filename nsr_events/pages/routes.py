"""The addresses below an event page and below an index of events (contract: Demo addresses)."""

from __future__ import annotations

from django.db import models
from wagtail.contrib.routable_page.models import RoutablePageMixin


class EventIndexRoutes(RoutablePageMixin, models.Model):
    class Meta:
        abstract = True


class EventRoutes(RoutablePageMixin, models.Model):
    class Meta:
        abstract = True
