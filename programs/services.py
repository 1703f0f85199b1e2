"""What happens to rebate terms: a draft is published, a published version is followed by a new draft."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from common.access import VENDOR, VENDOR_ADMIN, Actor
from common.errors import DomainError
from common.formats import date_short
from common.models import User
from common.periods import Period
from common.sentences import fill
from programs.document_errors import Problem
from programs.models import (
    ParticipationTerms,
    Product,
    ProductGroup,
    Program,
    RebateTerms,
    Tier,
    VendorStaff,
)
from programs.stacking import paying_the_same
from programs.terms import ALL_PRODUCTS, DocumentKind, Terms, TermsError

State = RebateTerms.State


class NotAllowed(DomainError):
    """The actor is no admin of the vendor."""


class NotADraft(DomainError):
    """Somebody published the terms already."""


class StartsTooEarly(DomainError):
    """The version would start before, or with, the one published last."""


class BreaksPeriod(DomainError):
    """The version before settles a period of another length on the same days: its sales would be paid twice."""


class PaysTwice(DomainError):
    """Terms of other evidence pay the same sales, and neither says `stack: true`."""


class AddsVat(DomainError):
    """The terms ask for self-billed invoices, to which VAT would have to be added: the portal pays none yet."""


class TermsDoNotFit(DomainError):
    """The document is invalid or names what its vendor does not have; `sentences` lists everything found."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = list(sentences)
        super().__init__(" ".join(self.sentences))


def sentence(problem: Problem) -> str:
    """A problem of a terms document in the active language."""
    text = fill(_(problem.text), problem.values)
    return f"{problem.path}: {text}" if problem.path else text


@transaction.atomic
def publish_terms(*, terms_id: int, actor: Actor, now: datetime) -> RebateTerms:
    """Draft → published: from now on the version never changes, and settles the periods from its start.

    Raises NotAllowed, NotADraft, TermsDoNotFit, AddsVat, StartsTooEarly, BreaksPeriod, PaysTwice.
    """
    terms: RebateTerms = RebateTerms.objects.select_related("program").select_for_update(of=("self",)).get(pk=terms_id)
    _require_admin(actor, terms.program.vendor_id)
    _one_at_a_time(terms.program_id)
    if terms.state != State.DRAFT:
        raise NotADraft(_("%(terms)s is published already.") % {"terms": terms})
    check_fits(terms)
    if terms.terms.document is DocumentKind.SELF_BILLED_INVOICE:
        raise AddsVat(
            _(
                "A self-billed invoice adds VAT to what is paid, which is not possible yet. "
                "Bonuses that reduce the price are “document: bonus_statement”."
            )
        )
    published = RebateTerms.objects.filter(program_id=terms.program_id, code=terms.code, state=State.PUBLISHED)
    last = published.order_by("-starts_on").first()
    if last is not None and terms.starts_on <= last.starts_on:
        raise StartsTooEarly(
            _("%(last)s starts on %(day)s; a later version starts after that.")
            % {"last": last, "day": date_short(last.starts_on)}
        )
    if last is not None:
        _check_periods_meet(last, terms, today=localdate(now))
    if (other := paying_the_same(terms)) is not None:
        raise PaysTwice(
            _("%(other)s pays the same sales by other evidence. If both are to be paid, say so with “stack: true”.")
            % {"other": other}
        )
    draft = RebateTerms.objects.filter(pk=terms_id, state=State.DRAFT)
    if draft.update(state=State.PUBLISHED, published_at=now, published_by_id=actor.user_id) != 1:
        raise NotADraft(_("%(terms)s is published already.") % {"terms": terms})
    terms.refresh_from_db()
    return terms


def _one_at_a_time(program_id: int) -> None:
    """Two drafts of one code could otherwise both find themselves the latest."""
    Program.objects.select_for_update().get(pk=program_id)


def _check_periods_meet(last: RebateTerms, terms: RebateTerms, *, today: date) -> None:
    """No day may lie in a period of the version before and in one of this version. Raises BreaksPeriod.

    With the same length the later version takes over whole periods. With another one, a period that began already may
    be settled by the version before.
    """
    kind = last.terms.period
    if kind == terms.terms.period:
        return
    running = Period.containing(kind, terms.starts_on)
    if running.start != terms.starts_on:
        raise BreaksPeriod(
            _("%(last)s settles %(period)s as a whole; a version with other periods starts on %(day)s or later.")
            % {"last": last, "period": running, "day": date_short(running.end)}
        )
    if terms.starts_on <= today:
        raise BreaksPeriod(_("A version with periods of another length starts in the future."))


def check_fits(terms: RebateTerms) -> None:
    """The document is valid, starts with a period and names tiers, groups and articles its vendor has.

    Raises TermsDoNotFit with everything found.
    """
    try:
        document = terms.terms
    except TermsError as error:
        raise TermsDoNotFit(map(sentence, error.problems)) from error
    found = [*_names_unknown_to_the_vendor(terms.program, document)]
    if document.code != terms.code:
        found.append(
            _("The document's code “%(code)s” is not the code of these terms, “%(expected)s”.")
            % {"code": document.code, "expected": terms.code}
        )
    if Period.containing(document.period, terms.starts_on).start != terms.starts_on:
        found.append(_("Terms start on the first day of a period."))
    if found:
        raise TermsDoNotFit(found)


def _names_unknown_to_the_vendor(program: Program, document: Terms) -> Iterable[str]:
    """A misspelt tier or group would leave everybody without a rebate, and nobody would be told."""
    vendor = program.vendor_id
    group = ProductGroup.objects.filter(vendor_id=vendor, code=document.products)
    if document.products != ALL_PRODUCTS and not group.exists():
        yield _("There is no product group “%(code)s”.") % {"code": document.products}
    tiers = {*(document.eligible.tiers or ()), *(document.rates or ())}
    for code in sorted(tiers - set(Tier.objects.filter(program=program).values_list("code", flat=True))):
        yield _("The program has no tier “%(code)s”.") % {"code": code}
    articles = {article for rates in (document.rates or {}).values() for article in rates}
    known = Product.objects.filter(vendor_id=vendor, article__in=articles).values_list("article", flat=True)
    for article in sorted(articles - set(known)):
        yield _("The vendor has no article “%(article)s”.") % {"article": article}


@transaction.atomic
def publish_participation_terms(*, program: Program, text_de: str, text_en: str, now: datetime) -> ParticipationTerms:
    """What whoever applies from now on agrees to. Who has agreed to an earlier version stays with that."""
    _one_at_a_time(program.pk)
    last = program.participation_terms.aggregate(last=Max("version"))["last"] or 0
    return ParticipationTerms.objects.create(
        program=program, version=last + 1, text_de=text_de, text_en=text_en, published_at=now
    )


@transaction.atomic
def new_version(*, terms_id: int, actor: Actor, today: date) -> RebateTerms:
    """A draft with the same document and the next version number, to start with the next period nobody has settled.

    A draft of the code that is there already is returned as it is. Raises NotAllowed.
    """
    terms = RebateTerms.objects.select_related("program").get(pk=terms_id)
    _require_admin(actor, terms.program.vendor_id)
    Program.objects.select_for_update().get(pk=terms.program_id)
    same = RebateTerms.objects.filter(program_id=terms.program_id, code=terms.code)
    draft: RebateTerms | None = same.filter(state=State.DRAFT).order_by("version").last()
    if draft is not None:
        return draft
    latest = same.aggregate(starts_on=Max("starts_on"))["starts_on"]
    return RebateTerms.objects.create(
        program_id=terms.program_id,
        code=terms.code,
        name=terms.name,
        version=next_version(program_id=terms.program_id, code=terms.code),
        starts_on=Period.containing(terms.terms.period, max(today, latest)).end,
        document=terms.document,
    )


def next_version(*, program_id: int, code: str) -> int:
    """The number of the next version of terms, 1 for a new code."""
    versions = RebateTerms.objects.filter(program_id=program_id, code=code)
    return (versions.aggregate(last=Max("version"))["last"] or 0) + 1


def open_administration(*, user: User) -> None:
    """Let the person into the administration while it is a platform admin or admin of some vendor, and no longer."""
    may = user.is_superuser or VendorStaff.objects.filter(user=user, role=VendorStaff.Role.ADMIN).exists()
    User.objects.filter(pk=user.pk).exclude(is_staff=may).update(is_staff=may)


def _require_admin(actor: Actor, vendor_id: int) -> None:
    if not (actor.sees_all or actor.has(VENDOR, vendor_id, VENDOR_ADMIN)):
        raise NotAllowed(_("Only admins of the vendor change rebate terms."))
