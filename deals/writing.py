"""Registering a deal: a draft that is saved as one types, handed in once it is complete, and changed with a history.

Everybody with a sales role at the partner works on all of its deals. Channel managers may enter one for a partner; they
never decide about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Q
from django.utils.translation import gettext as _

from common.customers import Customer
from common.errors import DomainError
from common.proofs import Proof
from deals import limits
from deals.customers import NAMED, customer_of, found_by, is_same
from deals.models import RUNNING, Conflict, Deal, DealEntry, DealFile, DealProduct, DealStep
from deals.moving import Act, Changes, MovedOn, NotAllowed, NotPossible, fetched, locked, move
from deals.rights import may_enter, may_register, may_write
from deals.rules import rules_for_new, rules_of
from partners.models import Enrolment, Partner
from partners.selectors import currency_of
from programs.models import Product, Vendor
from programs.office_days import DECIDED_WITHIN, office_day_after

State, Step = Deal.State, DealStep.Step
REQUIRED = (
    "customer_name", "customer_postcode", "customer_city", "contact_name", "expected_value", "expected_on", "done",
)  # fmt: skip
"""With a product these are the eight things a complete registration says."""
CONTACT = ("contact_name", "contact_email", "contact_phone")
"""A person: of these the history says only that they changed."""
MOST_FILES = 5
MOST_DRAFTS = 50
MOST_PRODUCTS = 50


class Incomplete(DomainError):
    """`fields`: the names of what is missing."""

    def __init__(self, fields: list[str]) -> None:
        self.fields = fields
        super().__init__(_("Something is missing before this can be sent."))


@dataclass(frozen=True)
class Written:
    """What somebody typed. `products`: quantities by id of the product. A draft may leave anything empty."""

    customer_name: str = ""
    customer_street: str = ""
    customer_postcode: str = ""
    customer_city: str = ""
    customer_country: str = "DE"
    customer_domain: str = ""
    customer_vat_id: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    title: str = ""
    expected_value: Decimal | None = None
    expected_on: date | None = None
    need: str = ""
    done: str = ""
    products: Mapping[int, int] = field(default_factory=dict)

    def fields(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "products"}


def written_of(deal: Deal) -> Written:
    """What a deal says now: to change it, or to begin another one with it."""
    values = {name: getattr(deal, name) for name in Written().fields()}
    return Written(**values, products=dict(deal.products.values_list("product_id", "quantity")))


# --- a draft ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def begin(*, enrolment: Enrolment, written: Written, act: Act) -> Deal:
    """A new draft; the same once more is the first one. Raises NotAllowed, NotPossible."""
    partner, vendor = enrolment.partner, enrolment.program.vendor
    by_vendor = not may_register(act.actor, partner.pk)
    if by_vendor and not may_enter(act.actor, vendor.pk):
        raise NotAllowed(_("Only owners and sales of the company register deals."))
    rules_for_new(enrolment.program)
    limits.check_taking_part(enrolment, act.today)
    # One of a partner at a time: numbers follow each other, and a double click finds the first draft.
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    own = Deal.objects.filter(partner=partner)
    drafts = own.filter(state=State.DRAFT, entered_by_vendor=by_vendor)
    for same in drafts.filter(enrolment=enrolment, written_by=act.person, **written.fields()):
        if written_of(same).products == dict(written.products):
            return fetched(same.pk)
    if drafts.count() >= MOST_DRAFTS:
        raise NotPossible(_("%(count)s drafts are not sent yet. Please discard one first.") % {"count": MOST_DRAFTS})
    number = (own.aggregate(last=Max("number"))["last"] or 0) + 1
    deal = Deal.objects.create(
        vendor=vendor, partner=partner, enrolment=enrolment, number=number, since=act.now, written_by_id=act.person,
        entered_by_vendor=by_vendor, currency=currency_of(vendor), **written.fields(),
    )  # fmt: skip
    _set_products(deal, written)
    _note_writer(deal, act)
    return fetched(deal.pk)


def copy(*, deal: Deal, act: Act) -> Deal:
    """Begin another draft with what an earlier deal says. Raises as `begin`."""
    return begin(enrolment=deal.enrolment, written=written_of(deal), act=act)


@transaction.atomic
def save(*, deal: Deal, written: Written, act: Act) -> Deal:
    """What is typed into a draft, as it is typed. Saying once more what it says is no change of it.

    Raises NotAllowed, MovedOn.
    """
    _check_writer(act, deal)
    if (same := _says_already(deal, written, act)) is not None:
        return same
    draft = Deal.objects.filter(pk=deal.pk, version=act.seen, state=State.DRAFT)
    if not draft.update(version=F("version") + 1, since=act.now, **written.fields()):
        if (same := _says_already(deal, written, act)) is not None:
            return same
        raise MovedOn(_("This draft was changed in another window or by a colleague. Please look at it once more."))
    _set_products(deal, written)
    _note_writer(deal, act)
    return fetched(deal.pk)


def _note_writer(deal: Deal, act: Act) -> None:
    """Whoever writes at what the vendor enters for a partner does not decide about it."""
    if deal.entered_by_vendor and deal.state == State.DRAFT:
        DealEntry.objects.bulk_create([DealEntry(deal_id=deal.pk, person_id=act.person)], ignore_conflicts=True)


def _says_already(deal: Deal, written: Written, act: Act) -> Deal | None:
    current = fetched(deal.pk)
    there = current.state == State.DRAFT and current.version in (act.seen, act.seen + 1)
    return current if there and written_of(current) == written else None


@transaction.atomic
def discard(*, deal: Deal, act: Act) -> None:
    """Throw away what was never sent. Raises NotAllowed, MovedOn."""
    _check_writer(act, deal)
    draft = Deal.objects.select_for_update().filter(pk=deal.pk, version=act.seen, state=State.DRAFT)
    if draft.first() is None:
        raise MovedOn(_("This draft was changed in another window or by a colleague. Please look at it once more."))
    Deal.objects.filter(pk=deal.pk).delete()


def _set_products(deal: Deal, written: Written) -> None:
    known = _names_of_products(deal, written)
    DealProduct.objects.filter(deal_id=deal.pk).exclude(product__in=known).delete()
    DealProduct.objects.bulk_create(
        [DealProduct(deal_id=deal.pk, product_id=pk, quantity=number) for pk, number in written.products.items()],
        update_conflicts=True, unique_fields=["deal", "product"], update_fields=["quantity"],
    )  # fmt: skip


def _names_of_products(deal: Deal, written: Written) -> dict[int, str]:
    """Only the vendor's own products are taken."""
    known = dict(Product.objects.filter(vendor=deal.vendor_id, pk__in=written.products).values_list("pk", "name"))
    if unknown := written.products.keys() - known.keys():
        raise NotPossible(_("The vendor has no such product: %(product)s.") % {"product": min(unknown)})
    return known


# --- files -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def attach(*, deal: Deal, proof: Proof, act: Act) -> DealFile:
    """One more attachment; the same file again is the first one. Raises NotAllowed, NotPossible."""
    current = locked(deal.pk)
    _check_writer(act, current)
    if (same := current.files.filter(sha256=proof.sha256).first()) is not None:
        return same
    if current.state not in (State.DRAFT, *RUNNING):
        raise NotPossible(_("This deal has ended; nothing can be added any more."))
    if current.files.count() >= MOST_FILES:
        raise NotPossible(_("There are %(count)s files already; please remove one first.") % {"count": MOST_FILES})
    _note_writer(current, act)
    Deal.objects.filter(pk=current.pk, state=State.DRAFT).update(since=act.now)
    return DealFile.objects.create(
        deal=current, file_name=proof.file_name, content=proof.content, sha256=proof.sha256,
        added_by_id=act.person, at=act.now,
    )  # fmt: skip


@transaction.atomic
def remove_file(*, file: DealFile, act: Act) -> None:
    """Only from what has not been sent. Raises NotAllowed, NotPossible."""
    deal = locked(file.deal_id)
    _check_writer(act, deal)
    if deal.state != State.DRAFT:
        raise NotPossible(_("The vendor has seen this file; it stays."))
    DealFile.objects.filter(pk=file.pk).delete()


# --- sending and changing --------------------------------------------------------------------------------------------


def submit(*, deal: Deal, act: Act) -> Deal:
    """Hand it in. It gets its place among all of the vendor's; it is compared with them afterwards.

    Raises NotAllowed, Incomplete, NotPossible, MovedOn.
    """
    _check_writer(act, deal)
    if missing := missing_in(deal):
        raise Incomplete(missing)
    limits.check_taking_part(deal.enrolment, act.today)
    try:
        return _submit(deal, rules_for_new(deal.enrolment.program), act)
    except _AtTheLimit:
        limits.note_limit(deal.enrolment, act)
        raise


class _AtTheLimit(NotPossible):
    """So that what was tried is remembered, although nothing else is."""


@transaction.atomic
def _submit(deal: Deal, rules: Any, act: Act) -> Deal:
    Partner.objects.select_for_update(no_key=True).get(pk=deal.partner_id)
    if Deal.objects.filter(pk=deal.pk, state=State.DRAFT).exists():
        limits.check_open(deal.enrolment, rules, act.today)
        if not deal.entered_by_vendor:
            _check_day(deal, rules, act)
    _note_writer(deal, act)
    return move(
        deal, act, Step.SUBMITTED, states=(State.DRAFT,), state=State.SUBMITTED, submitted_at=act.now,
        place=next_place(deal.vendor_id), **found_by(deal),
        due_on=office_day_after(deal.vendor, act.today, DECIDED_WITHIN),
    )  # fmt: skip


def _check_day(deal: Deal, rules: Any, act: Act) -> None:
    try:
        limits.check_day(deal.enrolment, rules, act.today)
    except NotPossible as error:
        raise _AtTheLimit(str(error)) from error


def missing_in(deal: Deal) -> list[str]:
    """What a draft still lacks, by the names of the fields, in their order."""
    missing = [name for name in REQUIRED if not getattr(deal, name)]
    return missing if deal.products.exists() else [*missing, "products"]


def next_place(vendor_id: int) -> int:
    """The next place among the vendor's deals. The lock lasts until the commit: whoever has an earlier one is there."""
    Vendor.objects.select_for_update(no_key=True).get(pk=vendor_id)
    return (Deal.objects.filter(vendor=vendor_id).aggregate(last=Max("place"))["last"] or 0) + 1


def change(*, deal: Deal, written: Written, act: Act) -> Deal:
    """Change what was sent. The customer stays as it is once it is protected; another one goes to the end of the row.

    What decides whether others have the same project is compared anew.

    Raises NotAllowed, NotPossible, Incomplete, MovedOn.
    """
    if not may_register(act.actor, deal.partner_id):
        raise NotAllowed(_("Only owners and sales of the company change its deals."))
    before = written_of(deal)
    changed = [name for name, value in written.fields().items() if value != getattr(before, name)]
    if not changed and before.products == dict(written.products):
        return deal
    try:
        return _change(deal, before, written, changed, act)
    except _AtTheLimit:
        limits.note_limit(deal.enrolment, act)
        raise


@transaction.atomic
def _change(deal: Deal, before: Written, written: Written, changed: list[str], act: Act) -> Deal:
    values: dict[str, Any] = {name: getattr(written, name) for name in changed}
    renamed = not set(changed).isdisjoint(NAMED)
    values |= _new_customer(deal, written, act) if renamed else {}
    other_products = before.products.keys() != written.products.keys()
    if renamed or other_products or "expected_on" in changed:
        values["checked_at"] = None
    made = move(deal, act, Step.CHANGED, states=RUNNING, changes=_differences(deal, before, written), **values)
    if renamed or other_products:
        _judge_anew(deal)
    _set_products(deal, written)
    if missing := missing_in(made):
        raise Incomplete(missing)
    return made


def _new_customer(deal: Deal, written: Written, act: Act) -> dict[str, Any]:
    if deal.state == State.PROTECTED:
        raise NotPossible(_("The customer of a protected deal stays as it is. Please register another deal."))
    # One of a partner at a time: what was named a moment ago is counted.
    Partner.objects.select_for_update(no_key=True).get(pk=deal.partner_id)
    _check_day(deal, rules_of(deal.enrolment.program), act)
    # A typo may be put right; another customer was not named first, however small the steps that lead to it.
    place = {} if is_same(_named_first(deal), customer_of(written)) else {"place": next_place(deal.vendor_id)}
    return {**found_by(written), **place}


def _named_first(deal: Deal) -> Customer:
    """The customer for which the deal was given its place; the history says what it has been called since."""
    called = [replace(written_of(deal), products={})]
    for changes in deal.steps.filter(step=Step.CHANGED).order_by("-pk").values_list("changes", flat=True):
        before = {name: values[0] for name, *values in changes if name in NAMED}
        called.append(replace(called[-1], **before))
    first, *later = [customer_of(each) for each in reversed(called)]
    for customer in later:
        first = first if is_same(first, customer) else customer
    return first


def _judge_anew(deal: Deal) -> None:
    """What a person said of two projects was not said of another customer, or of other products."""
    Conflict.objects.filter(Q(deal=deal) | Q(other=deal)).update(judged=Conflict.Judged.OPEN, judged_by=None)


def _differences(deal: Deal, before: Written, after: Written) -> Changes:
    found: list[list[str]] = []
    for name, value in after.fields().items():
        if (was := getattr(before, name)) != value:
            found.append([name] if name in CONTACT else [name, _in_words(was), _in_words(value)])
    if before.products != dict(after.products):
        names = _names_of_products(deal, before) | _names_of_products(deal, after)
        said = [
            ", ".join(f"{number} × {names[pk]}" for pk, number in each.products.items()) for each in (before, after)
        ]
        found.append(["products", *said])
    return found


def _in_words(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def reply(*, deal: Deal, text: str, act: Act) -> Deal:
    """Answer what the vendor asked back; its clock starts anew. Raises NotAllowed, MovedOn."""
    if not may_register(act.actor, deal.partner_id):
        raise NotAllowed(_("Only owners and sales of the company answer."))
    due_on = office_day_after(deal.vendor, act.today, DECIDED_WITHIN)
    return move(
        deal, act, Step.REPLIED, states=(State.ASKED_BACK,), text=text, state=State.SUBMITTED, due_on=due_on,
        escalated_at=None,
    )  # fmt: skip


def _check_writer(act: Act, deal: Deal) -> None:
    if not may_write(act.actor, deal):
        raise NotAllowed(_("Only owners and sales of the company register deals."))
