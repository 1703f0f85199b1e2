"""Who sells to partners and reports it, and where that counts."""

from __future__ import annotations

from typing import Self

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.access import DISTRIBUTOR, VENDOR, Actor, ActorQuerySet
from common.dated import Dated, no_overlap
from programs.models.programs import OfProgram, Program


class DistributorQuerySet(ActorQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Distributors are known by name to every vendor's staff; their own users see their own."""
        if actor.sees_all or actor.ids(VENDOR):
            return self
        return self.filter(id__in=actor.ids(DISTRIBUTOR))


@pghistory.track()
class Distributor(models.Model):
    """Buys from vendors, sells to partners, reports who bought what."""

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    vat_id = models.CharField(_("VAT id"), max_length=20, blank=True)
    gln = models.CharField(_("GLN"), max_length=13, blank=True)
    country = models.CharField(_("country"), max_length=2, default="DE")

    objects = DistributorQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("distributor")
        verbose_name_plural = _("distributors")

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class DistributorStaff(models.Model):
    """A person who hands in the distributor's reports."""

    distributor = models.ForeignKey(
        Distributor, verbose_name=_("distributor"), on_delete=models.PROTECT, related_name="staff"
    )
    user = models.ForeignKey("common.User", verbose_name=_("person"), on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["distributor", "user"], name="distributor_user_once")]
        verbose_name = _("distributor's user")
        verbose_name_plural = _("distributors' users")

    def __str__(self) -> str:
        return str(self.user)


@pghistory.track()
class Authorisation(Dated):
    """A distributor whose sales count in a program, with dates. Sales by others are listed and do not count."""

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="authorisations"
    )
    distributor = models.ForeignKey(
        Distributor, verbose_name=_("distributor"), on_delete=models.PROTECT, related_name="authorisations"
    )

    objects = OfProgram.as_manager()

    class Meta:
        verbose_name = _("authorised distributor")
        verbose_name_plural = _("authorised distributors")
        constraints = [no_overlap("authorised_once_a_day", "program", "distributor")]

    def __str__(self) -> str:
        return f"{self.distributor} · {self.program}"
