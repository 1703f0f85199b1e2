"""A partner's rebates by period, and one of them explained, as the partner and as the vendor sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from common import formats
from common.filters import FilterSet
from common.listviews import ListPage
from common.period_names import days_left, period_name
from common.ui import Crumb, Tone
from partners.entering import PartnerListPage, in_partner
from partners.models import Enrolment, Partner
from partners.selectors import enrolments_of, partners_of
from programs.entering import VendorListPage, in_vendor
from programs.models import Product, RebateTerms, Tier
from rebates import cards, chains, change_wording, explaining, selectors
from rebates.changes import Change, changes_of
from rebates.engine import Reason, what_if
from rebates.explained import Explained, LineShare, NothingToExplain, explain_period, sale_lines_of
from rebates.forms import WhatIfForm
from rebates.live import terms_in_force
from rebates.selectors import Earned, PeriodState
from rebates.standing import standings_of
from rebates.tables import EarningsFilter, EarningsTable, LineFilter, LineTable
from rebates.telling import TONES, Answer, answer_of, as_earned, history, since, state_in_words, terms_facts
from sales.claim_selectors import claims_about
from sales.claim_wording import state_for_partner, state_for_vendor
from sales.claims import may_ask
from sales.models import Claim, SaleLine
from sales.subjects import subjects

# --- a partner's periods --------------------------------------------------------------------------


@dataclass(frozen=True)
class EarningsRow:
    """A period of one rebate, as the list shows it."""

    period: Any
    period_name: str
    terms: RebateTerms
    earned: Decimal
    adjusted: Decimal | None
    total: Decimal
    currency: str
    state_text: str
    state_tone: Tone
    url: str


class EarningsPage(PartnerListPage):
    """Every period of every rebate of the company: earned, adjusted later, state."""

    table_class = EarningsTable
    filterset_class = EarningsFilter
    template_name = "rebates/earnings.html"
    export_name = "rebates"

    @cached_property
    def earnings(self) -> list[Earned]:
        actor, today = self.request.actor, self.request.today
        return selectors.earnings(enrolments=enrolments_of(partner=self.partner, actor=actor), today=today)

    def rows(self) -> QuerySet[Enrolment]:
        return Enrolment.objects.visible_to(self.request.actor).filter(partner=self.partner)

    def table_options(self) -> dict[str, Any]:
        adjusted = any(row.adjusted for row in self.earnings)
        return {"exclude": [] if adjusted else ["adjusted", "total"]}

    def filter_options(self) -> dict[str, Any]:
        return {"years": sorted({row.period.start.year for row in self.earnings}, reverse=True)}

    def records(self, rows: QuerySet[Enrolment], filterset: FilterSet | None) -> Sequence[EarningsRow]:
        wanted = set(rows.values_list("pk", flat=True))
        year = filterset.form.cleaned_data.get("year") if filterset is not None and filterset.is_valid() else ""
        return [
            EarningsRow(
                period=row.period,
                period_name=period_name(row.period),
                terms=row.terms,
                earned=row.earned,
                adjusted=row.adjusted or None,
                total=row.total,
                currency=row.currency,
                state_text=state_in_words(row),
                state_tone=TONES[row.state],
                url=partner_url(self.partner.number, row.terms, str(row.period)),
            )
            for row in self.earnings
            if row.enrolment.pk in wanted and (not year or str(row.period.start.year) == year)
        ]


def partner_url(number: str, terms: RebateTerms, period: str) -> str:
    """Where the partner sees a rebate explained."""
    return reverse("rebates:explained", args=[number, terms.program.slug, terms.code, period])


# --- explained ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LineRow:
    """A sale line behind a rebate, as the list shows it."""

    line: SaleLine
    tier_name: str
    reason: Reason | None
    reason_order: str
    share: Decimal | None
    url: str


class ExplainedPage(ListPage):
    """One rebate of one period. Subclasses say whose enrolment it is and where the links lead."""

    table_class = LineTable
    filterset_class = LineFilter
    template_name = "rebates/explained.html"
    export_name = "rebate-lines"
    per_page = 25

    def enrolment(self) -> Enrolment:
        raise NotImplementedError

    def crumbs(self) -> list[Crumb]:
        raise NotImplementedError

    def period_url(self, period: str) -> str:
        raise NotImplementedError

    def sale_url(self, line: SaleLine) -> str:
        raise NotImplementedError

    @cached_property
    def explained(self) -> Explained:
        today = self.request.today
        code, period = self.kwargs["code"], self.kwargs["period"]
        try:
            return explain_period(enrolment=self.enrolment(), code=code, period=period, today=today)
        except NothingToExplain as error:
            raise Http404 from error

    @cached_property
    def changes(self) -> list[Change]:
        return changes_of(self.explained)

    @cached_property
    def tiers(self) -> dict[str, Tier]:
        return {tier.code: tier for tier in Tier.objects.filter(program=self.explained.terms.program)}

    @cached_property
    def tier_today(self) -> str | None:
        """Code of the tier held today, where it decides the rate of further units."""
        if self.explained.document.rates is None:
            return None
        enrolment = self.explained.enrolment.pk
        return standings_of(enrolments=[enrolment], day=self.explained.today)[enrolment].tier

    def rows(self) -> QuerySet[SaleLine]:
        return sale_lines_of(self.explained).filter(pk__in=SaleLine.objects.visible_to(self.request.actor).values("pk"))

    def table_options(self) -> dict[str, Any]:
        hidden = ["tier"] if len(self.tiers) < 2 else []
        if not self.explained.shares_known:
            hidden.append("share")
        return {"currency": self.explained.currency, "exclude": hidden}

    def filter_options(self) -> dict[str, Any]:
        counts = chains.by_reason(self.explained.lines)
        words = {"counted": _("counts"), **{str(reason): str(text) for reason, text in explaining.REASONS.items()}}
        parts = [(key, f"{text} ({counts[key]})") for key, text in words.items() if key in counts]
        changed = {change_wording.key_of(change): change for change in self.changes}
        parts += [(key, change_wording.part_name(change)) for key, change in changed.items()]
        moved = {key: change.ids() for key, change in changed.items()}
        return {"explained": self.explained, "parts": parts, "changed": moved}

    def records(self, rows: QuerySet[SaleLine], filterset: FilterSet | None) -> Sequence[LineRow]:
        wanted = set(rows.values_list("pk", flat=True))
        return [self._line_row(each) for each in self.explained.lines if each.line.pk in wanted]

    def _line_row(self, each: LineShare) -> LineRow:
        tier = self.tiers.get(each.tier or "")
        return LineRow(
            line=each.line,
            tier_name=tier.name if tier is not None else "",
            reason=each.reason,
            reason_order=str(each.reason or ""),
            share=each.share,
            url=self.sale_url(each.line),
        )

    def context(self, rows: QuerySet[SaleLine]) -> dict[str, Any]:
        explained = self.explained
        program = explained.terms.program
        groups = selectors.group_names([explained.terms])
        group = cards.group_of(explained.terms, groups)
        document, settlement = explained.document, explained.shown
        running = explained.state is PeriodState.RUNNING
        return {
            "explained": explained,
            "program": program,
            "crumbs": self.crumbs(),
            "period_name": period_name(explained.period),
            "state_text": state_in_words(as_earned(explained)),
            "state_tone": TONES[explained.state],
            "amount": formats.money(explained.total, explained.currency),
            "days_left": days_left(explained.period, explained.today) if running else "",
            "position_text": explaining.measured(settlement.attainment, document.counts, explained.currency),
            "steps": explaining.steps(document, explained.currency),
            "end": explaining.end_of(document),
            "next_step": self._next_step(group) if running else "",
            "in_words": explaining.in_words(document),
            "chain": chains.chain_of(explained, {code: tier.name for code, tier in self.tiers.items()}),
            "changes": change_wording.tell(explained, self.changes, self.sale_url),
            "history": history(explained),
            "since": since(explained),
            "terms_facts": terms_facts(explained, group, self.tiers),
            "earlier_url": self._neighbour(-1),
            "later_url": self._neighbour(1),
            **self._what_if(),
        }

    @cached_property
    def open_question(self) -> Claim | None:
        """The partner's about what was settled last."""
        if not self.explained.settled:
            return None
        kind = subjects[Claim.Kind.SETTLEMENT]
        about = claims_about(kind=kind, subject=self.explained.settled[-1], actor=self.request.actor)
        return about.filter(state__in=Claim.UNANSWERED).first()

    def _next_step(self, group: str) -> str:
        document, ladder = self.explained.document, sorted(self.tiers.values(), key=lambda tier: tier.rank)
        above = cards.next_with_rates(document, ladder, self.tier_today)
        return explaining.next_step(document, self.explained.live, group=group, tier=self.tier_today, above=above)

    def _neighbour(self, step: int) -> str:
        period = self.explained.period.next(step)
        if period.start > self.explained.today:
            return ""
        terms = terms_in_force(program=self.explained.terms.program, period=period)
        if self.explained.terms.code not in {each.code for each in terms}:
            return ""
        return self.period_url(str(period))

    def _what_if(self) -> dict[str, Any]:
        explained = self.explained
        if explained.state is not PeriodState.RUNNING or explained.live.barred is not None:
            return {"what_if": None}
        asked = any(name in self.request.GET for name in ("more_units", "more_revenue"))
        form = WhatIfForm(
            self.request.GET if asked else None, terms=explained.document, articles=self._articles(explained)
        )
        kept = [(name, value) for name, value in self.request.GET.items() if name not in form.fields]
        return {"what_if": form, "answer": self._answer(form), "kept": kept}

    def _articles(self, explained: Explained) -> list[tuple[str, str]]:
        if explained.document.rates is None:
            return []
        articles = sorted({article for rates in explained.document.rates.values() for article in rates})
        products = Product.objects.filter(vendor_id=explained.terms.program.vendor_id, article__in=articles)
        names = dict(products.values_list("article", "name"))
        return [(article, f"{article} {names.get(article, '')}".strip()) for article in articles]

    def _answer(self, form: WhatIfForm) -> Answer | None:
        if (more := form.more) is None:
            return None
        explained = self.explained
        new = what_if(
            explained.document,
            explained.live,
            extra_units=more.units,
            extra_revenue=more.revenue,
            tier=self.tier_today,
            article=more.article,
        )
        return answer_of(explained.live, new, more.units, more.revenue)


class PartnerExplained(ExplainedPage, PartnerListPage):
    def enrolment(self) -> Enrolment:
        enrolments = Enrolment.objects.visible_to(self.request.actor).filter(partner=self.partner)
        return get_object_or_404(enrolments.select_related("program__vendor"), program__slug=self.kwargs["program"])

    def crumbs(self) -> list[Crumb]:
        rebates = Crumb(_("Rebates"), reverse("rebates:partner-rebates", args=[self.partner.number]))
        return [rebates, Crumb(f"{self.explained.terms.name}, {period_name(self.explained.period)}")]

    def period_url(self, period: str) -> str:
        return partner_url(self.partner.number, self.explained.terms, period)

    def sale_url(self, line: SaleLine) -> str:
        return reverse("sales:partner-sale", args=[self.partner.number, line.pk])

    def context(self, rows: QuerySet[SaleLine]) -> dict[str, Any]:
        """With where the person may doubt what was settled last, or the question that is open already."""
        questions: dict[str, Any] = {}
        if (claim := self.open_question) is not None:
            questions = {
                "question_url": reverse("sales:partner-claim", args=[self.partner.number, claim.pk]),
                "question_state": state_for_partner(claim),
            }
        elif self.explained.settled and may_ask(self.request.actor, self.partner):
            doubted = self.explained.settled[-1].pk
            url = reverse("sales:ask-about", args=[self.partner.number, Claim.Kind.SETTLEMENT.value, doubted])
            questions = {"doubt_url": url}
        return {**super().context(rows), **questions}


class VendorExplained(ExplainedPage, VendorListPage):
    """The same as a vendor's staff see it: only for this vendor's own programs."""

    @cached_property
    def partner(self) -> Partner:
        partners = partners_of(vendor=self.vendor, actor=self.request.actor)
        return get_object_or_404(partners, number=self.kwargs["number"])

    def enrolment(self) -> Enrolment:
        enrolments = Enrolment.objects.visible_to(self.request.actor).filter(partner=self.partner)
        own = enrolments.filter(program__vendor=self.vendor).select_related("program__vendor")
        return get_object_or_404(own, program__slug=self.kwargs["program"])

    def crumbs(self) -> list[Crumb]:
        return [
            Crumb(_("Partners"), reverse("partners:list", args=[self.vendor.slug])),
            Crumb(self.partner.name, reverse("partners:detail", args=[self.vendor.slug, self.partner.number])),
            Crumb(f"{self.explained.terms.name}, {period_name(self.explained.period)}"),
        ]

    def period_url(self, period: str) -> str:
        return vendor_url(self.vendor.slug, self.partner.number, self.explained.terms, period)

    def sale_url(self, line: SaleLine) -> str:
        return reverse("sales:vendor-sale", args=[self.vendor.slug, line.pk])

    def context(self, rows: QuerySet[SaleLine]) -> dict[str, Any]:
        """With the partner's open question about what was settled last."""
        questions: dict[str, Any] = {}
        if (claim := self.open_question) is not None:
            questions = {
                "question_url": reverse("sales:vendor-claim", args=[self.vendor.slug, claim.pk]),
                "question_state": state_for_vendor(claim),
            }
        return {**super().context(rows), **questions}


def vendor_url(vendor: str, number: str, terms: RebateTerms, period: str) -> str:
    """Where a vendor's staff see a partner's rebate explained."""
    return reverse("rebates:vendor-explained", args=[vendor, number, terms.program.slug, terms.code, period])


partner_rebates: Callable[..., Any] = in_partner()(EarningsPage.as_view())
explained: Callable[..., Any] = in_partner()(PartnerExplained.as_view())
vendor_explained: Callable[..., Any] = in_vendor()(VendorExplained.as_view())
