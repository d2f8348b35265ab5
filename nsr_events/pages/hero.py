"""The picture at the top of event and report pages."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images import get_image_model_string


class HeroMixin(models.Model):
    """A picture with what it shows and who took it."""

    hero_image = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    hero_alt = models.CharField(_("picture, text alternative"), max_length=300, blank=True)
    hero_credit = models.CharField(_("photo credit"), max_length=120, blank=True)

    class Meta:
        abstract = True
