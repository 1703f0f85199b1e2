"""A project that a partner brings: registered, decided, protected for a time, and how it ended."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.access import PARTNER, VENDOR, Actor
from partners.models import Enrolment, OfEnrolment, Partner
from programs.models import CURRENCY, Product, Vendor

FACT = pgtrigger.Update | pgtrigger.Delete
_OWNERS_AGREE = """
    IF NOT EXISTS (
        SELECT FROM partners_enrolment e JOIN programs_program p ON p.id = e.program_id
        WHERE e.id = NEW.enrolment_id AND e.partner_id = NEW.partner_id AND p.vendor_id = NEW.vendor_id
    ) THEN
        RAISE EXCEPTION 'partner and vendor of a deal are those of its enrolment';
    END IF;
    RETURN NEW;
"""


class DealQuerySet(OfEnrolment):
    partner_path = "partner_id"
    vendor_path = "vendor_id"

    def visible_to(self, actor: Actor) -> Self:
        """What is not sent yet is seen by the side that writes it."""
        if actor.sees_all:
            return self
        draft = Q(state="draft")
        of_partner = Q(partner__in=actor.ids(PARTNER)) & ~(draft & Q(entered_by_vendor=True))
        of_vendor = Q(vendor__in=actor.ids(VENDOR)) & ~(draft & Q(entered_by_vendor=False))
        return self.filter(of_partner | of_vendor)


class Deal(models.Model):
    """Draft → submitted ⇄ asked back → protected, refused or duplicate; protected → won, lost or lapsed; or withdrawn.

    `number` counts a partner's own deals: what others do leaves no trace in it. `place`: who was first at the vendor,
    given under a lock, shown to nobody outside. `version` goes up with every change: who acts says which one they
    have read. `keys`: by what the customer is searched for (`common.customers.keys`).
    `since`: when it came into its state; a draft, when it was last written.
    `keys_made_by`: the rules that made them (`common.customers.fingerprint`).
    `checked_at`: when it was compared with all others; none: has still to be, or what is compared has changed since.
    `due_on`: until when the vendor should decide. `protected_until`: the first day without protection; of a won one,
    the first day on which follow-up business is no longer covered. `update_due_on`: the last day for an update, at most
    the last day of protection, on which no update is needed any more (`needs_update`).
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        ASKED_BACK = "asked_back", _("asked back")
        PROTECTED = "protected", _("protected")
        REFUSED = "refused", _("refused")
        DUPLICATE = "duplicate", _("already protected")
        WON = "won", _("won")
        LOST = "lost", _("lost")
        WITHDRAWN = "withdrawn", _("withdrawn")
        LAPSED = "lapsed", _("lapsed")

    class LostTo(models.TextChoices):
        PRICE = "price", _("the price")
        COMPETITOR = "competitor", _("a competitor’s product")
        OTHER_RESELLER = "other_reseller", _("another reseller")
        CANCELLED = "cancelled", _("the project was cancelled")
        POSTPONED = "postponed", _("the project was postponed")
        OTHER = "other", _("something else")

    class Lapse(models.TextChoices):
        NO_UPDATE = "no_update", _("no update in time")
        EXPIRED = "expired", _("the protection ended")

    # No index of its own: deals_of_vendor begins with it.
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+", db_index=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(_("number"))
    place = models.PositiveBigIntegerField(null=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    since = models.DateTimeField(_("since"))

    customer_name = models.CharField(_("end customer"), max_length=200, blank=True)
    customer_street = models.CharField(_("street"), max_length=200, blank=True)
    customer_postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    customer_city = models.CharField(_("city"), max_length=120, blank=True)
    customer_country = models.CharField(_("country"), max_length=2, default="DE")
    customer_domain = models.CharField(_("website"), max_length=200, blank=True)
    customer_vat_id = models.CharField(_("VAT id"), max_length=20, blank=True)
    contact_name = models.CharField(_("contact"), max_length=120, blank=True)
    contact_email = models.EmailField(_("contact’s e-mail address"), blank=True)
    contact_phone = models.CharField(_("contact’s telephone"), max_length=40, blank=True)
    title = models.CharField(_("project"), max_length=120, blank=True)
    expected_value = models.DecimalField(_("expected value"), max_digits=14, decimal_places=2, null=True)
    currency = CURRENCY.clone()
    expected_on = models.DateField(_("expected order"), null=True)
    need = models.TextField(_("what the customer needs"), max_length=5_000, blank=True)
    done = models.TextField(_("what you have done so far"), max_length=5_000, blank=True)

    entered_by_vendor = models.BooleanField(default=False)
    written_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(_("submitted"), null=True)
    keys = ArrayField(models.CharField(max_length=80), default=list)
    keys_made_by = models.CharField(max_length=16, default="")
    checked_at = models.DateTimeField(null=True)

    due_on = models.DateField(_("decision due"), null=True)
    escalated_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    duplicate_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    protected_from = models.DateField(_("protected from"), null=True)
    protected_until = models.DateField(_("protected until"), null=True)
    update_due_on = models.DateField(_("update due"), null=True)
    reminded = models.PositiveSmallIntegerField(default=0)
    reminded_on = models.DateField(null=True)

    ended_on = models.DateField(_("ended on"), null=True)
    lost_to = models.CharField(_("lost because of"), max_length=20, choices=LostTo, blank=True)
    lapse = models.CharField(_("lapsed because of"), max_length=20, choices=Lapse, blank=True)
    won_value = models.DecimalField(_("value of the order"), max_digits=14, decimal_places=2, null=True)

    objects = DealQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-id"]
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        constraints = [
            models.UniqueConstraint(fields=["partner", "number"], name="deal_number_once"),
            models.UniqueConstraint(fields=["vendor", "place"], name="deal_place_once"),
            models.CheckConstraint(
                condition=Q(state="draft", submitted_at__isnull=True, place__isnull=True)
                | (~Q(state="draft") & Q(submitted_at__isnull=False, place__isnull=False)),
                name="submitted_deals_have_their_place",
            ),
            models.CheckConstraint(
                condition=Q(state="submitted", due_on__isnull=False) | (~Q(state="submitted") & Q(due_on__isnull=True)),
                name="deals_wait_until_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="protected")
                | Q(protected_from__isnull=False, protected_until__gt=F("protected_from")),
                name="protected_deals_have_their_days",
            ),
            models.CheckConstraint(
                condition=Q(state="protected", update_due_on__isnull=False)
                | (~Q(state="protected") & Q(update_due_on__isnull=True)),
                name="only_protected_deals_need_updates",
            ),
            models.CheckConstraint(
                condition=~Q(state="protected") | Q(update_due_on__lt=F("protected_until")),
                name="updates_are_due_while_protected",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["won", "lost", "lapsed", "withdrawn"], ended_on__isnull=False)
                | (~Q(state__in=["won", "lost", "lapsed", "withdrawn"]) & Q(ended_on__isnull=True)),
                name="ended_deals_have_a_day",
            ),
            models.CheckConstraint(
                condition=(Q(state="lost") & ~Q(lost_to="")) | (~Q(state="lost") & Q(lost_to="")),
                name="lost_deals_say_to_what",
            ),
            models.CheckConstraint(
                condition=(Q(state="lapsed") & ~Q(lapse="")) | (~Q(state="lapsed") & Q(lapse="")),
                name="lapsed_deals_say_why",
            ),
            models.CheckConstraint(
                condition=Q(state="duplicate", duplicate_of__isnull=False)
                | (~Q(state="duplicate") & Q(duplicate_of__isnull=True)),
                name="duplicates_name_the_other",
            ),
            models.CheckConstraint(
                condition=Q(won_value__isnull=True) | Q(state="won"), name="only_won_deals_have_a_value"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, protected_from__isnull=True)
                & ~Q(state__in=["protected", "refused", "duplicate", "won", "lost", "lapsed"])
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="deals_are_decided_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "state", "due_on"], name="deals_of_vendor"),
            models.Index(fields=["enrolment", "state"], name="deals_of_enrolment"),
            models.Index(
                fields=["update_due_on", "protected_until"], name="deals_to_look_after", condition=Q(state="protected")
            ),
            models.Index(fields=["id"], name="deals_to_check", condition=Q(checked_at=None) & ~Q(state="draft")),
            GinIndex(fields=["keys"], name="deals_by_customer"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="submitted_deals_are_kept",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__submitted_at__isnull=False),
            ),
            pgtrigger.ReadOnly(
                name="whose_a_deal_is_stays",
                fields=["vendor", "partner", "enrolment", "number", "entered_by_vendor", "currency"],
            ),
            pgtrigger.Trigger(
                name="owners_of_a_deal_agree", operation=pgtrigger.Insert, when=pgtrigger.Before, func=_OWNERS_AGREE
            ),
            pgtrigger.FSM(
                name="deals_go_their_way",
                field="state",
                transitions=[
                    ("draft", "submitted"),
                    ("submitted", "asked_back"), ("asked_back", "submitted"),
                    ("submitted", "protected"), ("submitted", "refused"), ("submitted", "duplicate"),
                    ("submitted", "withdrawn"), ("asked_back", "withdrawn"), ("protected", "withdrawn"),
                    ("asked_back", "refused"), ("asked_back", "duplicate"), ("asked_back", "protected"),
                    ("protected", "won"), ("protected", "lost"), ("protected", "lapsed"),
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What both sides call it: the partner's number and its own, “SJML7S59-12”."""
        return f"{self.partner.number}-{self.number}"

    @property
    def last_day(self) -> date | None:
        """The last day of protection; of a won one, on which follow-up business is covered."""
        return None if self.protected_until is None else self.protected_until - timedelta(days=1)

    @property
    def needs_update(self) -> bool:
        """Whether another update is due before the protection ends. One on its last day would help nobody."""
        return self.update_due_on is not None and self.update_due_on != self.last_day


NEEDS_UPDATE = Q(update_due_on__lt=F("protected_until") - timedelta(days=1))
"""As `Deal.needs_update`, of protected ones."""
State = Deal.State
OPEN = (State.SUBMITTED, State.ASKED_BACK)
"""The vendor has not decided yet."""
RUNNING = (*OPEN, State.PROTECTED)
"""Sent and not ended: it may be changed and withdrawn, and counts against the limit of open registrations."""
ENDED = (State.REFUSED, State.DUPLICATE, State.WON, State.LOST, State.WITHDRAWN, State.LAPSED)


class OfDeal(OfEnrolment):
    """What belongs to a deal is seen with it."""

    def visible_to(self, actor: Actor) -> Self:
        return self if actor.sees_all else self.filter(deal__in=Deal.objects.visible_to(actor).values("pk"))


class DealProduct(models.Model):
    """So many of a product the customer is to buy."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="products", db_index=False)
    product = models.ForeignKey(Product, verbose_name=_("product"), on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(_("quantity"), default=1, validators=[MinValueValidator(1)])

    objects = OfDeal.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "product"], name="deal_product_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="deal_products_are_some"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product}"
