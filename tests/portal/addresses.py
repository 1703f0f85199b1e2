"""Every address of the portal, found by walking the resolver, with objects to fill its places.

Each address is asked for in up to three ways: with our `own` objects (of the vendor, the reseller, the distributor),
with a `foreign` object of the rivals in its last places, and with a `missing` one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver

from common import notices, unsubscribing
from common.access import Actor, ActorQuerySet
from common.models import OutboxMail, User
from partners.models import BankAccountUse
from sales.models import CustomerNumber
from tests import teams
from tests.deals.populated_partner import OF_PARTNER, registered_places
from tests.portal.populated import Populated as Populated
from tests.portal.populated import populate as populate
from tests.rebates.payments.paying import DAY
from tests.world import World
from tiers.models import BulkMove, TierDecision, TierMove

Variant = Literal["own", "foreign", "missing"]
VARIANTS: tuple[Variant, ...] = ("own", "foreign", "missing")
AREAS = ("partner", "vendor", "distributor")
RUNS = "vendor/<slug:vendor>/payments/"
MISSING_ID = 999_999_999
Kwargs = dict[str, Any]
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


@dataclass(frozen=True)
class Address:
    route: str
    """As the resolver knows it: "partner/<slug:partner>/sales/". """
    name: str
    """With its namespaces: "sales:partner-sales"."""
    places: tuple[str, ...]

    @property
    def kind(self) -> Literal["admin", "api", "account", "page"]:
        for kind, start in (("admin", "admin/"), ("api", "api/"), ("account", "account/")):
            if self.route.startswith(start) and not self.name.startswith("common:"):
                return kind  # type: ignore[return-value]
        return "page"

    def path(self, kwargs: Mapping[str, Any]) -> str:
        filled = _PLACE.sub(lambda place: str(kwargs[place[1] or place[2]]), self.route)
        return "/" + filled.replace("^", "").replace("$", "")


def addresses() -> list[Address]:
    """In the order of the resolver, an address that is there twice once."""
    found = {address.route: address for address in reversed(list(_walk(get_resolver(), "", "")))}
    return list(reversed(found.values()))


def _walk(resolver: URLResolver, route: str, names: str) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        below = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, below, names + (f"{pattern.namespace}:" if pattern.namespace else ""))
        elif isinstance(pattern, URLPattern):
            places = tuple(place[1] or place[2] for place in _PLACE.finditer(below))
            yield Address(below, names + (pattern.name or ""), places)


# --- objects for the places -------------------------------------------------------------------------------------------


def fillings(address: Address, there: Populated) -> dict[Variant, Kwargs]:
    """What to put into the places of an address, for each way of asking that makes sense."""
    if not address.places:
        return {"own": {}}
    if address.kind == "admin":
        return _admin(address, there.world)
    all_values = _values(address, there)
    of_deals: Mapping[str, Any] = {}
    if address.route.startswith(OF_PARTNER):
        of_deals = registered_places(address.name, there.deals, there.rival_deals)
    values = {place: of_deals[place] if place in of_deals else all_values[place]() for place in address.places}
    inner = [place for place in address.places if place not in AREAS] or list(address.places)
    if address.name in ("rebates:explained", "rebates:account-with", "partners:apply", "partners:leave", "tiers:way"):
        # The reseller takes part in the rival's program as well, and anybody may apply for any.
        inner = list(address.places)
    if "mail" in address.places and "vendor" in address.places:
        inner = ["mail", "vendor"]  # the kinds of mail are the same for every vendor
    own = {place: values[place][0] for place in address.places}
    foreign = {place: values[place][1] for place in inner if values[place][1] is not None}
    missing = {inner[0]: values[inner[0]][2]}
    found: dict[Variant, Kwargs] = {"own": own, "missing": {**own, **missing}}
    if foreign:
        found["foreign"] = {**own, **foreign}
    return found


def _values(address: Address, there: Populated) -> dict[str, Callable[[], tuple[Any, Any, Any]]]:
    """Per place: ours, the rivals' (None: there is no such thing), and one that does not exist."""
    world = there.world
    return {
        "partner": lambda: (world.reseller.number, world.rival.number, "22222222"),
        "number": lambda: (
            # Each vendor counts its own runs.
            (1, None, 99) if address.route.startswith(RUNS) else (world.reseller.number, world.rival.number, "22222222")
        ),
        "vendor": lambda: (world.vendor.slug, world.rival_vendor.slug, "nobody"),
        "distributor": lambda: (world.distributor.slug, world.rival_distributor.slug, "nobody"),
        "program": lambda: (world.program.slug, world.rival_program.slug, "nothing"),
        "of": lambda: (world.vendor.slug, world.rival_vendor.slug, "nobody"),
        "currency": lambda: ("EUR", None, "XXX"),
        "code": lambda: (world.terms.code, world.rival_terms.code, "nothing"),
        "period": lambda: ("2026Q3", "2026Q3", "1999Q1"),
        "row": lambda: (world.waiting.pk, world.rival_waiting.pk, MISSING_ID),
        "pk": lambda: _numbered(address, there),
        "secret": lambda: _secrets(address, there),
        "kind": lambda: ("sale", None, "nothing"),
        "anything": lambda: ("nothing", None, "nothing/at/all"),
        "column": lambda: ("main", None, "nothing"),
        "page": lambda: (1, None, 99),
        "year": lambda: (DAY.year, None, 1999),
        "file": lambda: (1, None, 99),
        "slug": lambda: (world.program.slug, None, "nothing"),
        "answer": lambda: ("decline", None, "nothing"),
        "reference": lambda: (
            there.dealt.deal.reference,
            there.rival_dealt.deal.reference,
            f"{world.reseller.number}-99",
        ),
        "change": lambda: ("suspend", None, "nothing"),
        "deal": lambda: _deal(address, there),
        "tier": lambda: (world.program.tiers.order_by("-rank")[0].code, None, "nothing"),
        "check": lambda: ("showroom", None, "nothing"),
        "key": lambda: ("made-up", None, "made-up-too"),
        "mail": lambda: ("settled", None, "nothing"),
        "uidb36": lambda: ("1", None, "2"),
        "token": lambda: (unsubscribe_token(world.reseller_owner), None, "made-up"),
    }


def _deal(address: Address, there: Populated) -> tuple[int, int, int]:
    """What the vendor writes for a partner is a draft."""
    writes = address.name in ("deals:vendor-deal-write", "deals:vendor-deal-discard")
    own, rival = (there.dealt.draft, there.rival_dealt.draft) if writes else (there.dealt.deal, there.rival_dealt.deal)
    return own.number, rival.number, MISSING_ID


def unsubscribe_token(user: User) -> str:
    return unsubscribing.link(user_id=user.pk, kind="settled").split("/")[-2]


def _notice(user: User) -> OutboxMail:
    return notices.notices_of(actor=Actor.of(user)).latest("pk")


def _secret(address: str) -> str:
    return teams.link(address).split("/")[-2]


def _secrets(address: Address, there: Populated) -> tuple[str, str | None, str]:
    """Of the links in mails: about a change of address, or invitations into companies or to vendors."""
    if address.name.startswith("common:"):
        return there.change_secret, None, "made-up"
    if address.name.startswith("programs:"):
        return _secret(there.staff_invitation.address), _secret(there.rival_staff_invitation.address), "made-up"
    return _secret(there.invitation.address), _secret(there.rival_invitation.address), "made-up"


def _numbered(address: Address, there: Populated) -> tuple[Any, Any, Any]:
    """What `<int:pk>` means: the word before it says so, or two words where the numbers of something are meant."""
    world = there.world
    pairs: dict[str, Callable[[], tuple[Model | None, Model | None]]] = {
        "reports": lambda: (world.report, world.rival_report),
        "upload": lambda: (there.upload, there.rival_upload),
        "import": lambda: (there.partner_import, there.rival_partner_import),
        "uploads": lambda: (there.upload, there.rival_upload),
        "sales": lambda: (world.sale, world.rival_sale),
        "tokens": lambda: (there.token, there.rival_token),
        "closings": lambda: (there.closing, there.rival_closing),
        "held": lambda: (there.closing.items.first(), there.rival_closing.items.first()),
        "questions": lambda: (there.claim, there.rival_claim),
        "applications": lambda: (there.application, there.rival_application),
        "access-requests": lambda: (there.access, there.rival_access),
        "messages": lambda: (there.claim.messages.get(), there.rival_claim.messages.get()),
        "<slug:kind>": lambda: (world.sale, world.rival_sale),
        "customers/numbers": lambda: (
            CustomerNumber.objects.get(number="K-1"),
            CustomerNumber.objects.get(number="K-2"),
        ),
        "articles/numbers": lambda: (there.article, there.rival_article),
        "case-studies": lambda: (there.case_study, there.rival_case_study),
        "files": lambda: (there.case_study.files.get(), there.rival_case_study.files.get()),
        "invoices": lambda: (there.invoice, there.rival_invoice),
        "keys": lambda: (None, None),
        "attachments": lambda: (there.dealt.file, there.rival_dealt.file),
        "absences": lambda: (there.dealt.absence, there.rival_dealt.absence),
        "adjustments": lambda: (there.adjustment, there.rival_adjustment),
        "company-changes": lambda: (there.change, there.rival_change),
        "bank-account": lambda: (there.account, there.rival_account),
        "bank-accounts": lambda: (
            BankAccountUse.objects.get(account=there.account, vendor=world.vendor),
            BankAccountUse.objects.get(account=there.rival_account, vendor=world.rival_vendor),
        ),
        "people": lambda: (world.vendor_finance, world.rival_vendor_finance),
        "invitations": lambda: (there.staff_invitation, there.rival_staff_invitation),
        "moves": lambda: (
            TierMove.objects.get(enrolment=world.enrolment),
            TierMove.objects.get(enrolment=world.rival_enrolment),
        ),
        "decisions": lambda: (
            TierDecision.objects.get(enrolment=world.enrolment),
            TierDecision.objects.get(enrolment=world.rival_enrolment),
        ),
        "moved": lambda: (
            BulkMove.objects.get(program=world.program),
            BulkMove.objects.get(program=world.rival_program),
        ),
        "notices": lambda: (_notice(world.reseller_owner), _notice(world.rival_owner)),
        "outbox": lambda: (_notice(world.reseller_owner), None),
        "statements": lambda: (there.paying.of("statements"), there.rival_paying.of("statements")),
    }
    if address.route.startswith("partner/"):
        pairs["people"] = lambda: (world.reseller_sales, world.rival_owner)
        pairs["invitations"] = lambda: (there.invitation, there.rival_invitation)
    if "/deals/" in address.route:
        pairs["files"] = pairs["attachments"]
    before = address.route.split("<int:pk>")[0].rstrip("/").split("/")
    word = "/".join(before[-2:]) if before[-1] == "numbers" else before[-1]
    own: Model | None
    rival: Model | None
    if word in ("trainings", "dates", "bookings", "certificates", "claims"):
        own, rival = there.taught.of(word), there.rival_taught.of(word)
    elif address.route.startswith(RUNS) and word in ("<int:number>", "holds", "answers", "lines"):
        own, rival = there.paying.of(word), there.rival_paying.of(word)
    else:
        own, rival = pairs[word]()
    return own.pk if own else MISSING_ID - 1, rival.pk if rival else None, MISSING_ID


def _admin(address: Address, world: World) -> dict[Variant, Kwargs]:
    """Rows of the model an address of the admin is about: one a vendor admin administers, one of somebody else."""
    place = address.places[-1]
    if place not in ("pk", "object_id"):
        return {"own": dict.fromkeys(address.places, "programs")}
    if "content_type_id" in address.places:
        kind = ContentType.objects.get_for_model(world.vendor).pk
        return {"own": {"content_type_id": kind, "object_id": world.vendor.pk}}
    label = ".".join(address.route.split("/")[1:3])
    rows = apps.get_model(label)._default_manager.order_by("pk")
    found: dict[Variant, Kwargs] = {"missing": {place: MISSING_ID}}
    own = rows.visible_to(Actor.of(world.vendor_admin)) if isinstance(rows, ActorQuerySet) else rows
    for variant, some in (("own", own), ("foreign", rows.exclude(pk__in=own.values("pk")))):
        if (row := some.first()) is not None:
            found[variant] = {place: row.pk}  # type: ignore[index]
    return found
