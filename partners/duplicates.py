"""Companies that may be the same as another one: for whoever decides, and for whoever is registered already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from common.companies import LIKELY, SAME_POSTCODE, Company, Comparison, is_of_provider, most_similar, vat_key
from partners.models import Application, Enrolment, Member, Partner
from programs.models import Vendor

SHOWN = 3


@dataclass(frozen=True)
class Duplicate:
    """A partner of the vendor that may be the company that applies. `reasons`: in words, whether against it."""

    partner: Partner
    score: int
    reasons: Sequence[tuple[str, bool]]


def duplicates_of(*, partner: Partner, vendor: Vendor) -> list[Duplicate]:
    """Partners of this vendor and other applicants that may be the same company, the likeliest first.

    What other vendors know stays with them.
    """
    of_vendor = {"partner": OuterRef("pk"), "program__vendor": vendor}
    applied = Application.objects.filter(state__in=Application.UNDECIDED, **of_vendor)
    known = Partner.objects.filter(Exists(Enrolment.objects.filter(**of_vendor)) | Exists(applied))
    return [
        Duplicate(each, comparison.score, [(_(reason.text), reason.against) for reason in comparison.reasons])
        for each, comparison in _similar(_company(partner), known.exclude(pk=partner.pk))
    ]


def same_company(company: Company) -> list[Partner]:
    """Registered companies, of any vendor, that this is very probably: for mails to their owners, never for the page.

    By VAT id, by a mail domain of its own, or by a very similar name at the same postcode.
    """
    key = vat_key(company.vat_id)
    found = {
        each.pk: each
        for each, comparison in _similar(company, Partner.objects.all())
        if (key and vat_key(each.vat_id) == key) or (comparison.score >= LIKELY and SAME_POSTCODE in comparison.reasons)
    }
    domain = company.email_domain.strip().lower()
    if domain and not is_of_provider(domain):
        members = Member.objects.filter(
            partner=OuterRef("pk"), left_on__isnull=True, user__email__iendswith=f"@{domain}"
        )
        found |= {each.pk: each for each in Partner.objects.filter(Q(Exists(members))).order_by("pk")[:SHOWN]}
    return list(found.values())[:SHOWN]


def _similar(company: Company, among: QuerySet[Partner]) -> list[tuple[Partner, Comparison]]:
    rows = list(among.order_by("name", "pk").values_list("pk", "name", "postcode", "city", "vat_id"))
    found = most_similar(company, [Company(*row[1:]) for row in rows], limit=SHOWN)
    partners = Partner.objects.in_bulk([rows[each.index][0] for each in found])
    return [(partners[rows[each.index][0]], each.comparison) for each in found]


def _company(partner: Partner) -> Company:
    return Company(partner.name, partner.postcode, partner.city, partner.vat_id)
