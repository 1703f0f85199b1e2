"""Programs of the field as files alone: what their tiers ask for, and who earns what."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from common.access import Actor
from common.errors import DomainError
from partners import services
from partners.models import Enrolment
from programs import criteria, plain_yaml, preset_files, preset_loading
from programs.criteria import Criterion, Measurement
from programs.models import Authorisation, Program
from tests.world import NOW, TODAY, make_partner
from tiers.judging import Ladder, judge, ladder_of


def loaded(name: str) -> Program:
    preset_loading.load(
        preset=preset_files.read(preset_files.find(name)), distributors=preset_files.known_distributors(),
        actor=Actor.system(), now=NOW, today=TODAY,
    )  # fmt: skip
    return Program.objects.get()


def earned(ladder: Ladder, **has: Any) -> str:
    """The tier that is earned with these measures, by kind or by kind and what it is about; everybody is verified."""

    def measure(one: Criterion) -> Measurement:
        params = one.params.model_dump()
        about = "_".join(params.get("trainings") or [params.get("code") or ""]).replace("-", "_")
        found = has.get(f"{one.kind.key}_{about}", has.get(one.kind.key, 0))
        return Measurement(Decimal(1 if one.kind.key == "verified" else found), one.kind.need(one.params))

    measured = {key: {1: measure(one)} for key, one in ladder.criteria().items()}
    tier = judge(ladder, measured, 1, ladder.tiers[0]).earned
    assert tier is not None
    return tier.code


@pytest.mark.parametrize(
    ("preset", "has", "tier"),
    [
        ("snom", {}, "registered"),
        ("snom", {"certificate": 1, "revenue": 10_000}, "registered"),
        ("snom", {"certificate": 1, "case_study": 1, "revenue": 9_999}, "registered"),
        ("snom", {"certificate": 1, "case_study": 1, "revenue": 10_000}, "silver"),
        ("snom", {"certificate": 1, "case_study": 1, "revenue": 20_000}, "gold"),
        ("snom", {"case_study": 1, "revenue": 20_000}, "registered"),
        ("lenovo", {}, "registered"),
        ("lenovo", {"manual_agreement": 1}, "premium"),
        ("ibm", {}, "participant"),
        ("eaton", {"revenue": 1_000_000}, "applicant"),
        ("eaton", {"certificate_power_basics": 1}, "registered"),
        ("eaton", {"certificate": 2}, "professional"),
        ("igel", {"revenue": 1_000_000}, "partner"),
        ("igel", {"certificate_endpoint_management": 1, "revenue": 25_000}, "premium"),
        ("igel", {"certificate_endpoint_management": 2, "revenue": 100_000}, "premium"),
        ("igel", {"certificate": 2, "revenue": 100_000}, "premium-plus"),
        ("igel", {"certificate": 2, "revenue": 25_000, "case_study": 3}, "premium-plus"),
        ("igel", {"certificate": 2, "revenue": 25_000, "case_study": 2}, "premium"),
        ("dlink", {}, "registered"),
        ("dlink", {"case_study": 1}, "silver"),
        ("dlink", {"manual_shop": 1}, "silver"),
        ("dlink", {"revenue": 50_000}, "gold"),
        ("nokia", {"revenue": 5_000}, "registered"),
        ("nokia", {"manual_shop": 1, "revenue": 5_000}, "quality"),
        ("mitel", {"certificate": 2, "revenue": 100_000}, "gold"),
        ("mitel", {"certificate": 4, "revenue": 499_999}, "gold"),
        ("mitel", {"certificate": 4, "revenue": 500_000}, "platinum"),
    ],
)
def test_who_earns_what(db: None, preset: str, has: dict[str, Any], tier: str) -> None:
    assert earned(ladder_of(loaded(preset)), **has) == tier


def kinds_asked(preset: str) -> dict[str, set[str]]:
    ladder = ladder_of(loaded(preset))
    return {tier.code: {one.kind.key for one in ladder.asked[tier.pk].criteria()} for tier in ladder.tiers}


def test_eaton_asks_for_training_and_never_for_revenue(db: None) -> None:
    asked = kinds_asked("eaton")
    assert asked["registered"] == {"verified", "certificate"}
    assert not any("revenue" in kinds for kinds in asked.values())


def test_d_link_has_a_tier_without_revenue_between_others_and_partners_rise_by_themselves(db: None) -> None:
    asked = kinds_asked("dlink")
    assert ["revenue" in asked[code] for code in ("registered", "silver", "gold")] == [False, False, True]
    assert Program.objects.get().tier_rises == Program.Rises.AUTOMATIC


def test_igel_has_two_premium_tiers(db: None) -> None:
    program = loaded("igel")
    assert list(program.tiers.order_by("rank").values_list("code", flat=True)) == ["partner", "premium", "premium-plus"]


def test_nokia_counts_what_is_bought_from_brodos_alone(db: None) -> None:
    program = loaded("nokia")
    assert list(Authorisation.objects.filter(program=program).values_list("distributor__slug", flat=True)) == ["brodos"]


def test_mitel_takes_partners_all_over_the_world(db: None) -> None:
    program = loaded("mitel")
    for country in ("DE", "US", "JP", "NO", "ZA"):
        partner = make_partner(f"Partner {country}", f"COUNTRY{country}", country=country)
        services.enrol(partner=partner, program=program, on=TODAY, actor=Actor.system())
    elsewhere = make_partner("Elsewhere", "COUNTRYXX", country="TV")
    with pytest.raises(DomainError):
        services.enrol(partner=elsewhere, program=program, on=TODAY, actor=Actor.system())
    assert Enrolment.objects.count() == 5


@pytest.mark.parametrize("name", preset_files.available())
def test_every_training_that_a_preset_asks_for_is_in_its_catalogue(name: str) -> None:
    document = plain_yaml.load(preset_files.find(name).read_text(encoding="utf-8"))
    offered = {training["code"] for training in document.get("trainings") or ()}
    asked = [criteria.parse(tier.get("requirements") or []).criteria() for tier in document.get("tiers") or ()]
    codes = {code for found in asked for one in found for code in getattr(one.params, "trainings", ())}
    assert codes <= offered
