"""The presets: exactly the programs of the field, loaded as often as one likes, changed by configuration alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from common.access import Actor
from common.periods import Period
from programs import preset_files, preset_loading
from programs.models import Authorisation, Distributor, GroupMembership, Product, Program, RebateTerms, Tier, Vendor
from rebates.engine import Aggregate, Facts, settle
from tests.world import NOW, TODAY

QUARTER = Period.parse("2026Q4")
FIVE = ["allnet", "also", "ingram-micro", "komsa", "michael-telecom"]


def load(source: str | Path, *, starts_on: date | None = None) -> preset_loading.Loaded:
    return preset_loading.load(
        preset=preset_files.read(preset_files.find(str(source))),
        distributors=preset_files.known_distributors(),
        actor=Actor.system(),
        now=NOW,
        today=TODAY,
        starts_on=starts_on,
    )


def edited(tmp_path: Path, preset: str, *changes: tuple[str, str]) -> Path:
    """A copy of a preset with pieces of text replaced, as a channel manager would edit it."""
    text = preset_files.find(preset).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / f"{preset}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def amount(
    terms: RebateTerms, *, units: str = "0", net: str = "0", tier: str = "registered", article: str = "X"
) -> Decimal:
    """What the terms pay for this much in the fourth quarter."""
    sale = Aggregate(
        tier=tier, country="DE", active=True, agreement=False, article=article, in_group=True, project=False,
        units=Decimal(units), net=Decimal(net), lines=1,
    )  # fmt: skip
    facts = Facts(period=QUARTER, today=QUARTER.end, first_enrolled_on=date(2026, 1, 1), currency="EUR")
    return settle(terms.terms, facts, [sale]).amount


def test_every_preset_that_comes_with_the_software_loads(db: None) -> None:
    for name in preset_files.available():
        load(name)
    assert list(Program.objects.values_list("slug", flat=True).order_by("slug")) == [
        "dlink-partner",
        "eaton-channel",
        "ibm-10hoch4",
        "igel-partner",
        "lenovo-loyalty",
        "mitel-global",
        "nokia-quality",
        "snom-partner",
    ]


@pytest.mark.parametrize("name", preset_files.available())
def test_loading_a_preset_twice_changes_nothing(db: None, name: str) -> None:
    first = load(name)
    history = Program.objects.get().events.count()  # type: ignore[attr-defined]
    again = load(name)
    assert (again.created, again.changed) == (0, 0)
    assert again.unchanged >= first.created
    assert Program.objects.get().events.count() == history  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("units", "expected"),
    [("9", "0.00"), ("10", "50.00"), ("24", "120.00"), ("25", "250.00"), ("49", "490.00"), ("50", "750.00"),
     ("51", "765.00")],
)  # fmt: skip
def test_the_lenovo_preset_pays_as_published(db: None, units: str, expected: str) -> None:
    load("lenovo")
    assert amount(RebateTerms.objects.get(), units=units) == Decimal(expected)


@pytest.mark.parametrize(
    ("revenue", "expected"),
    [
        ("9999.99", "0.00"),
        ("10000.00", "1000.00"),
        ("50000.00", "5000.00"),
        ("225000.00", "9900.00"),
        ("400000.00", "14800.00"),
        ("500000.00", "14800.00"),
    ],
)
def test_the_10hoch4_preset_pays_as_published(db: None, revenue: str, expected: str) -> None:
    load("ibm")
    assert amount(RebateTerms.objects.get(), net=revenue, tier="participant") == Decimal(expected)


@pytest.mark.parametrize(
    ("tier", "article", "expected"),
    [("silver", "D120", "4.00"), ("gold", "D120", "6.00"), ("silver", "D865", "15.00"), ("gold", "D865", "18.00"),
     ("silver", "D335", "8.00"), ("gold", "D785", "15.00"), ("registered", "D785", "0.00")],
)  # fmt: skip
def test_the_snom_preset_pays_per_telephone_by_tier(db: None, tier: str, article: str, expected: str) -> None:
    load("snom")
    assert amount(RebateTerms.objects.get(), units="1", tier=tier, article=article) == Decimal(expected)


def test_snom_has_three_tiers_with_their_requirements_and_five_distributors(db: None) -> None:
    load("snom")
    tiers = list(Tier.objects.order_by("rank"))
    assert [tier.code for tier in tiers] == ["registered", "silver", "gold"]
    asked = {(tier.code, one["kind"]): one.get("amount") for tier in tiers for one in tier.requirements}
    assert (asked["silver", "revenue"], asked["gold", "revenue"]) == ("10000.00", "20000.00")
    assert [one["kind"] for one in tiers[0].requirements] == ["verified"]
    assert sorted(Authorisation.objects.values_list("distributor__slug", flat=True)) == FIVE
    assert RebateTerms.objects.get().terms.evidence == "invoice"


def test_lenovo_counts_every_registered_partner_and_leaves_individual_agreements_untouched(db: None) -> None:
    load("lenovo")
    terms = RebateTerms.objects.get().terms
    assert terms.eligible.tiers == ("registered", "premium")
    assert not terms.eligible.without_individual_agreement


def test_10hoch4_is_for_partners_without_an_agreement_and_says_nothing_on_newcomers(db: None) -> None:
    load("ibm")
    eligible = RebateTerms.objects.get().terms.eligible
    assert eligible.without_individual_agreement
    assert eligible.newcomers_for is None


def test_the_distributors_vat_ids_have_right_check_digits() -> None:
    for one in preset_files.known_distributors().values():
        digits = one.vat_id.removeprefix("DE")
        product = 10
        for digit in digits[:8]:
            product = ((int(digit) + product) % 10 or 10) * 2 % 11
        assert (11 - product) % 10 == int(digits[8])


def test_a_country_and_an_open_end_are_a_change_of_the_file_alone(db: None, tmp_path: Path) -> None:
    load(edited(tmp_path, "ibm", ("ends_on: null", "ends_on: 2027-01-01")))
    assert Program.objects.get().ends_on == date(2027, 1, 1)
    done = load(edited(tmp_path, "ibm", ("countries: [DE]", "countries: [DE, NO]")))
    program = Program.objects.get()
    assert (program.countries, program.ends_on) == (["DE", "NO"], None)
    assert (done.created, done.changed) == (0, 1)


def test_a_country_that_was_added_by_hand_stays(db: None) -> None:
    load("ibm")
    Program.objects.update(countries=["DE", "AT"])
    assert load("ibm").changed == 0
    assert Program.objects.get().countries == ["DE", "AT"]


def test_terms_start_with_the_program(db: None) -> None:
    load("lenovo", starts_on=date(2025, 11, 15))
    assert Program.objects.get().starts_on == date(2025, 11, 15)
    assert RebateTerms.objects.get().starts_on == date(2025, 10, 1)
    load("lenovo")
    assert Program.objects.get().starts_on == date(2025, 11, 15)


def test_without_a_start_the_program_begins_with_the_year(db: None) -> None:
    load("snom")
    assert Program.objects.get().starts_on == date(2026, 1, 1)


def test_changed_published_terms_are_refused_and_nothing_of_the_file_is_taken_over(db: None, tmp_path: Path) -> None:
    load("lenovo")
    changed = edited(
        tmp_path, "lenovo", ("per_unit: 15.00", "per_unit: 16.00"), ("Lenovo Loyalitäts", "Neues Loyalitäts")
    )
    with pytest.raises(preset_loading.PresetDoesNotFit, match="Topseller-Bonus v1 is published"):
        load(changed)
    assert Program.objects.get().name == "Lenovo Loyalitätsprogramm"


def test_a_later_version_of_the_terms_is_added_beside_the_first(db: None, tmp_path: Path) -> None:
    load("lenovo")
    text = preset_files.find("lenovo").read_text(encoding="utf-8")
    first = text[text.index("  - name: Topseller-Bonus") :]
    second = first.replace("per_unit: 15.00", "per_unit: 16.00")
    second = second.replace("document:", "starts_on: 2027-01-01\n    document:", 1)
    path = tmp_path / "lenovo.yaml"
    path.write_text(text + second, encoding="utf-8")
    assert load(path).created == 1
    assert load(path).created == 0
    versions = RebateTerms.objects.order_by("version")
    assert [(one.version, one.starts_on, one.state) for one in versions] == [
        (1, date(2026, 1, 1), "published"),
        (2, date(2027, 1, 1), "published"),
    ]


def test_a_new_tier_takes_its_place_between_the_others(db: None, tmp_path: Path) -> None:
    load("snom")
    path = edited(tmp_path, "snom", ("  - code: silver\n", "  - {code: bronze, name: Bronze}\n  - code: silver\n"))
    load(path)
    codes = Tier.objects.order_by("rank").values_list("code", flat=True)
    assert list(codes) == ["registered", "bronze", "silver", "gold"]


def test_a_product_leaves_its_group_on_a_day(db: None, tmp_path: Path) -> None:
    load("lenovo")
    load(edited(tmp_path, "lenovo", ("{article: TP-E16},", "{article: TP-E16, until: 2026-07-01},")))
    left = GroupMembership.objects.get(product__article="TP-E16")
    assert (left.valid_from, left.valid_until) == (date(2026, 1, 1), date(2026, 7, 1))


def test_days_that_overlap_others_are_refused_in_a_sentence(db: None, tmp_path: Path) -> None:
    load("lenovo")
    changed = edited(tmp_path, "lenovo", ("{article: TP-E16},", "{article: TP-E16, since: 2026-03-01},"))
    with pytest.raises(preset_loading.PresetDoesNotFit, match="other days"):
        load(changed)


def test_what_people_added_by_hand_stays(db: None) -> None:
    load("snom")
    vendor = Vendor.objects.get()
    Product.objects.create(vendor=vendor, article="D900", name="by hand")
    Distributor.objects.filter(slug="komsa").update(name="KOMSA AG")
    load("snom")
    assert Product.objects.filter(article="D900").exists()
    assert Distributor.objects.get(slug="komsa").name == "KOMSA AG"


def test_an_unknown_distributor_is_named(db: None, tmp_path: Path) -> None:
    path = edited(tmp_path, "ibm", ("{distributor: also}", "{distributor: nobody}"))
    with pytest.raises(preset_loading.PresetDoesNotFit, match="nobody"):
        load(path)


def test_the_program_of_another_vendor_is_not_taken_over(db: None, tmp_path: Path) -> None:
    load("ibm")
    with pytest.raises(preset_loading.PresetDoesNotFit, match="belongs to IBM"):
        load(edited(tmp_path, "lenovo", ("slug: lenovo-loyalty", "slug: ibm-10hoch4")))
    assert not Vendor.objects.filter(slug="lenovo").exists()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("grace_days: 10", "grace_days: ten", "program.grace_days"),
        ("countries: [DE]", "countries: []", "program.countries: names nothing"),
        ("countries: [DE]", "countries: [Germany]", "not a country code"),
        ("slug: lenovo-loyalty", "slug: Lenovo Loyalty", "program.slug"),
        ("ends_on: null", "end: null", "program.end: is not a known field"),
        ("products: topsellers", "products: topseller", "terms: “topseller” is not defined"),
        ("[registered, premium]", "[registered, gold]", "terms: “gold” is not defined"),
        ("{article: TP-E16}", "{article: TP-E17}", "groups: “TP-E17” is not defined"),
        ("per_unit: 15.00", "per_unit: fifteen", "terms[1].document.steps[3].per_unit"),
        ("code: premium", "code: registered", "given twice"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_is_named_with_its_place(tmp_path: Path, old: str, new: str, problem: str) -> None:
    with pytest.raises(preset_files.PresetError) as caught:
        preset_files.read(edited(tmp_path, "lenovo", (old, new)))
    assert problem in str(caught.value)


def test_the_command_says_what_it_did(db: None) -> None:
    out = StringIO()
    call_command("load_preset", "ibm", starts_on="2026-01-01", stdout=out)
    assert out.getvalue() == "ibm-10hoch4: 14 created, 0 changed, 0 unchanged\n"
    out = StringIO()
    call_command("load_preset", "ibm", json=True, stdout=out)
    assert out.getvalue() == '{"program": "ibm-10hoch4", "created": 0, "changed": 0, "unchanged": 14}\n'


@pytest.mark.parametrize("arguments", [["nothing"], ["ibm", "--starts-on", "2026-02-30"], ["/dev/null"]])
def test_the_command_fails_with_one_line(db: None, arguments: list[str]) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("load_preset", *arguments)
    assert len(str(caught.value).splitlines()) == 1
    assert not Vendor.objects.exists()
