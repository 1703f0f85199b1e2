"""Putting a preset into the database: what is missing is made, what differs is changed, nothing is ever removed.

Loading the same preset again changes nothing. Published terms cannot change: a preset that would is refused as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from common.access import Actor
from common.dated import Dated, overlap, since
from common.errors import DomainError
from common.formats import date_short
from common.periods import Period
from common.registry import Registry
from programs import services
from programs.models import (
    Authorisation,
    Distributor,
    GroupMembership,
    Product,
    ProductGroup,
    Program,
    RebateTerms,
    Tier,
    Vendor,
)
from programs.preset_files import DistributorPart, GroupPart, Preset, RangePart, TermsPart, TierPart

Row = TypeVar("Row", bound=models.Model)


class PresetDoesNotFit(DomainError):
    """The database already holds something that the preset contradicts."""


@dataclass
class Loaded:
    """What loading did, in rows."""

    program: str
    created: int = 0
    changed: int = 0
    unchanged: int = 0

    def count(self, *, created: bool, changed: bool) -> None:
        self.created += created
        self.changed += changed and not created
        self.unchanged += not (created or changed)


@dataclass(frozen=True)
class FurtherPart:
    """What an app above has of a preset: `bring(done, program, preset)` puts it into the database.

    Registered in its `AppConfig.ready()`. What the preset may say is checked here all the same (`preset_files`).
    """

    key: str
    bring: Callable[[Loaded, Program, Preset], None]
    order: int = 100


further: Registry[FurtherPart] = Registry()


@transaction.atomic
def load(
    *,
    preset: Preset,
    distributors: dict[str, DistributorPart],
    actor: Actor,
    now: datetime,
    today: date,
    starts_on: date | None = None,
) -> Loaded:
    """Bring vendor, program and all that belongs to it to what the preset says.

    The program starts on `starts_on`, else as the preset says, else as it does already, else with the running year,
    which begins a period of any length. `distributors`: those that may be made where the database lacks them.
    Raises PresetDoesNotFit, services.TermsDoNotFit, services.StartsTooEarly.
    """
    done = Loaded(program=preset.program.slug)
    vendor = bring_row(done, Vendor, {"slug": preset.vendor.slug}, preset.vendor.model_dump(exclude={"slug"}))
    program = _bring_program(done, vendor, preset, starts_on, today)
    _bring_participation_terms(done, program, preset, now)
    _bring_tiers(done, program, preset.tiers)
    products = {
        one.article: bring_row(
            done,
            Product,
            {"vendor": vendor, "article": one.article},
            {"name": one.name, "gtin": one.gtin or "", "list_price": one.list_price},
        )
        for one in preset.products
    }
    _bring_groups(done, program, preset.groups, products)
    for each in preset.authorised:
        distributor = _distributor(done, each.distributor, distributors)
        _bring_range(done, Authorisation, {"program": program, "distributor": distributor}, each, program.starts_on)
    for terms in sorted(preset.terms, key=lambda one: one.starts_on or date.min):
        _bring_terms(done, program, terms, actor, now)
    for part in further:
        part.bring(done, program, preset)
    return done


def bring_row(done: Loaded, model: type[Row], key: dict[str, Any], values: dict[str, Any]) -> Row:
    """The row with this key and these values, made or changed where needed."""
    row, created = model._default_manager.get_or_create(**key, defaults=values)
    differing = [name for name, value in values.items() if getattr(row, name) != value]
    for name in differing:
        setattr(row, name, values[name])
    if differing:
        row.save(update_fields=differing)
    done.count(created=created, changed=bool(differing))
    return row


def _bring_program(done: Loaded, vendor: Vendor, preset: Preset, starts_on: date | None, today: date) -> Program:
    wanted = preset.program
    known = Program.objects.filter(slug=wanted.slug).first()
    if known is not None and known.vendor_id != vendor.pk:
        raise PresetDoesNotFit(
            _("The program “%(program)s” belongs to %(vendor)s.") % {"program": wanted.slug, "vendor": known.vendor}
        )
    start = starts_on or wanted.starts_on or (known.starts_on if known else today.replace(month=1, day=1))
    values = wanted.model_dump(exclude={"slug", "countries", "participation_terms"}) | {
        **{name: [one.model_dump() for one in getattr(wanted, name)] for name in ("documents", "questions", "faq")},
        "vendor": vendor,
        # A country that was added since stays: without it, what partners there were paid would be taken back.
        "countries": list(dict.fromkeys((*wanted.countries, *(known.countries if known else ())))),
        "starts_on": start,
    }
    if values["ends_on"] is not None and values["ends_on"] <= start:
        raise PresetDoesNotFit(
            _("The program would end on %(end)s, before it starts on %(start)s.")
            % {"end": date_short(values["ends_on"]), "start": date_short(start)}
        )
    return bring_row(done, Program, {"slug": wanted.slug}, values)


def _bring_participation_terms(done: Loaded, program: Program, preset: Preset, now: datetime) -> None:
    """The text as the latest version, unless it is that already."""
    if (wanted := preset.program.participation_terms) is None:
        return
    last = program.participation_terms.first()
    made = last is None or (last.text_de, last.text_en) != (wanted.de, wanted.en)
    if made:
        services.publish_participation_terms(program=program, text_de=wanted.de, text_en=wanted.en, now=now)
    done.count(created=made, changed=False)


def _bring_tiers(done: Loaded, program: Program, tiers: Iterable[TierPart]) -> None:
    """Ranks follow the preset's order; tiers it does not name are ranked above, their order kept."""
    wanted = {one.code: one for one in tiers}
    known = {tier.code: tier for tier in program.tiers.all()}
    order = [*wanted, *(code for code in known if code not in wanted)]
    if any(tier.rank != order.index(code) + 1 for code, tier in known.items()):
        # Ranks are unique: out of each other's way first.
        program.tiers.update(rank=models.F("rank") + 1000)
    for rank, code in enumerate(order, start=1):
        if one := wanted.get(code):
            values = one.model_dump(include={"name", "requirements", "benefits"})
            values = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
            bring_row(done, Tier, {"program": program, "code": code}, {**values, "rank": rank})
        else:
            program.tiers.filter(code=code).update(rank=rank)


def _bring_groups(done: Loaded, program: Program, groups: Iterable[GroupPart], products: dict[str, Product]) -> None:
    for one in groups:
        group = bring_row(done, ProductGroup, {"vendor": program.vendor, "code": one.code}, {"name": one.name})
        for member in one.products:
            key = {"group": group, "product": products[member.article]}
            _bring_range(done, GroupMembership, key, member, program.starts_on)


def _distributor(done: Loaded, slug: str, distributors: dict[str, DistributorPart]) -> Distributor:
    """Distributors belong to nobody: one that is there is left as it is."""
    found: Distributor | None = Distributor.objects.filter(slug=slug).first()
    if found is not None:
        done.count(created=False, changed=False)
        return found
    if slug not in distributors:
        raise PresetDoesNotFit(_("There is no distributor “%(slug)s”.") % {"slug": slug})
    part = distributors[slug]
    made = Distributor.objects.create(
        slug=slug, name=part.name, country=part.country, vat_id=part.vat_id, gln=part.gln or ""
    )
    done.count(created=True, changed=False)
    return made


def _bring_range(done: Loaded, model: type[Dated], key: dict[str, Any], part: RangePart, start: date) -> None:
    """Make or end the range. Where the preset leaves the first day open, a range that is there stays as it is."""
    rows = list(model._default_manager.filter(**key))
    if rows and part.since is None and part.until is None:
        done.count(created=False, changed=False)
        return
    wanted = since(part.since or start, part.until)
    same_start = next((row for row in rows if part.since in (None, row.valid.lower)), None)
    if same_start is None:
        if any(overlap(row.valid, wanted) for row in rows):
            raise PresetDoesNotFit(
                _("“%(row)s” already holds on other days than the preset says; change its days by hand.")
                % {"row": rows[0]}
            )
        model._default_manager.create(**key, valid=wanted)
        done.count(created=True, changed=False)
        return
    changed = same_start.valid.upper != part.until
    if changed:
        same_start.valid = since(same_start.valid.lower, part.until)
        same_start.save(update_fields=["valid"])
    done.count(created=False, changed=changed)


def _bring_terms(done: Loaded, program: Program, part: TermsPart, actor: Actor, now: datetime) -> None:
    """Publish the version unless it is there. Drafts of people are not looked at."""
    versions = RebateTerms.objects.filter(program=program, code=part.document.code)
    published = versions.filter(state=RebateTerms.State.PUBLISHED).order_by("starts_on")
    known = (published.filter(starts_on=part.starts_on) if part.starts_on else published).first()
    if known is not None:
        if known.terms != part.document or known.name != part.name:
            raise PresetDoesNotFit(
                _("%(terms)s is published and cannot change; add a version with a later starts_on.") % {"terms": known}
            )
        done.count(created=False, changed=False)
        return
    start = part.starts_on or Period.containing(part.document.period, program.starts_on).start
    last = versions.aggregate(version=models.Max("version"))["version"] or 0
    draft = RebateTerms.objects.create(
        program=program,
        code=part.document.code,
        name=part.name,
        version=last + 1,
        starts_on=start,
        document=part.document.to_document(),
    )
    services.publish_terms(terms_id=draft.pk, actor=actor, now=now)
    done.count(created=True, changed=False)
