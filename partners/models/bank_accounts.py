"""Where a company wants its money: accounts over time, and each vendor's word about paying to one."""

from __future__ import annotations

from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.access import OWNER, PARTNER, PARTNER_FINANCE, VENDOR, Actor, ActorQuerySet
from common.kept import forgotten_alone
from partners.ibans import masked
from partners.models.companies import Partner
from programs.deciding import MONEY_ROLES
from programs.models import Vendor

RECORDING_ROLES = (OWNER, PARTNER_FINANCE)
"""Who sees and changes a company's bank account."""
LONGEST_HOLDER = 70
"""So many characters of a name a SEPA transfer carries."""


class BankAccountQuerySet(ActorQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """The company's owners and bookkeeping, and finance of vendors that were asked. Platform admins see none."""
        if actor.is_system:
            return self
        asked = BankAccountUse.objects.filter(vendor_id__in=actor.ids(VENDOR, *MONEY_ROLES))
        own = Q(partner_id__in=actor.ids(PARTNER, *RECORDING_ROLES))
        return self.filter(own | Q(id__in=asked.values("account_id")))


class BankAccount(models.Model):
    """A company's bank account from `recorded_at` until `replaced_at`. A change is a new row; this one never changes.

    `holder`: exactly as the bank has it, because banks compare the payee's name. `bic`: empty where nobody knows the
    bank. `usable_from`: nothing is paid to it before, so that whoever is told of a change can still stop it.
    `replaced_*`: when it was replaced by another account or withdrawn, and by whom.
    """

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="bank_accounts")
    iban = models.CharField(max_length=34)
    bic = models.CharField(max_length=11, blank=True)
    holder = models.CharField(_("account holder"), max_length=LONGEST_HOLDER)
    proof_name = models.CharField(_("proof"), max_length=200)
    proof = models.BinaryField()
    proof_sha256 = models.CharField(max_length=64)
    recorded_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"))
    usable_from = models.DateTimeField(_("usable from"))
    replaced_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(null=True)

    objects = BankAccountQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner"], condition=Q(replaced_at__isnull=True), name="one_bank_account_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(iban__regex=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$"), name="iban_is_normalised"
            ),
            models.CheckConstraint(
                condition=Q(bic="") | Q(bic__regex=r"^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$"),
                name="bic_is_one_or_empty",
            ),
            models.CheckConstraint(condition=~Q(holder=""), name="bank_account_has_holder"),
            models.CheckConstraint(
                condition=Q(usable_from__gte=F("recorded_at")), name="bank_account_usable_after_recorded"
            ),
            models.CheckConstraint(
                condition=Q(replaced_at__isnull=True, replaced_by__isnull=True)
                | Q(replaced_at__isnull=False, replaced_by__isnull=False),
                name="bank_account_replaced_by_somebody",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="bank_accounts_stay", exclude=["replaced_by", "replaced_at"]),
            pgtrigger.Protect(
                name="replaced_bank_accounts_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__replaced_at__isnull=False),
            ),
            forgotten_alone("bank_accounts"),
        ]

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        return masked(self.iban)

    @property
    def country(self) -> str:
        """Of the bank, two letters."""
        return self.iban[:2]


class BankAccountUseQuerySet(ActorQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """The vendor's finance and admins, and the company's owners and bookkeeping. Platform admins see none."""
        if actor.is_system:
            return self
        vendors = Q(vendor_id__in=actor.ids(VENDOR, *MONEY_ROLES))
        return self.filter(vendors | Q(account__partner_id__in=actor.ids(PARTNER, *RECORDING_ROLES)))


@pghistory.track()
class BankAccountUse(models.Model):
    """Whether one vendor pays to an account: asked once, decided once, by a person there who has seen the proof.

    `comment`: why not; the company reads it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for a decision")
        APPROVED = "approved", pgettext_lazy("payment", "approved")
        REFUSED = "refused", _("refused")

    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="uses")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField(_("asked"))
    decided_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    comment = models.CharField(_("comment"), max_length=500, blank=True)

    objects = BankAccountUseQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "vendor"], name="vendor_decides_once_about_account"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(state="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="bank_account_decided_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(comment=""), name="bank_account_refused_why"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="decided_uses_stay",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state="waiting"),
            ),
            pgtrigger.Protect(name="uses_are_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="what_is_asked_stays", fields=["account", "vendor", "asked_at"]),
            pgtrigger.Trigger(
                name="bank_account_needs_two_people",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__decided_by__isnull=False),
                func="""
                    IF EXISTS (
                        SELECT FROM partners_bankaccount
                        WHERE id = NEW.account_id AND recorded_by_id = NEW.decided_by_id
                    ) THEN
                        RAISE EXCEPTION 'who recorded bank account % does not decide about it', NEW.account_id;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.vendor}"


class RefusedDecision(models.Model):
    """Somebody tried to decide about an account who may not, or about another than they had looked at.

    Kept for those who look after the vendor's money.
    """

    use = models.ForeignKey(BankAccountUse, on_delete=models.PROTECT, related_name="refused_decisions")
    person = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=20)
    why = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        triggers = [pgtrigger.Protect(name="refused_decisions_stay", operation=pgtrigger.Update | pgtrigger.Delete)]
