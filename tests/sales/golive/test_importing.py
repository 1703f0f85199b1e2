"""A vendor brings its partners: what is new, what is known, what stands against it, and that twice is once."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from common.access import Actor
from common.fields import LineField
from common.models import User
from partners.models import (
    BroughtContact,
    DataCheck,
    Enrolment,
    EnrolmentTier,
    Partner,
    Seat,
    VendorNumber,
)
from sales.golive.importing import FileRefused, MayNotBring
from sales.models import CustomerNumber, SaleLine
from tests.sales.golive.bringing import HEADER, NEW, SAMPLE, bring, look, partners
from tests.world import TODAY, World, make_partner


def rows_of_everything() -> list[Any]:
    models = (Partner, Seat, Enrolment, EnrolmentTier, BroughtContact, CustomerNumber, VendorNumber, DataCheck)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def refused(world: World, *rows: str, header: str = HEADER) -> list[str]:
    with pytest.raises(FileRefused) as told:
        look(world, partners(*rows, header=header))
    return [f"{each.row} {each.column}: {each}" for each in told.value.problems]


def test_a_new_company_comes_with_everything_the_file_says(world: World) -> None:
    bring(world, partners(NEW))
    partner = Partner.objects.get(name="Nordlicht IT GmbH")
    assert (partner.postcode, partner.city, partner.vat_id, partner.language) == (
        "20095", "Hamburg", "DE136695976", "de",
    )  # fmt: skip
    enrolment = Enrolment.objects.get(partner=partner)
    assert (enrolment.program, enrolment.enrolled_on) == (world.program, date(2026, 2, 1))
    assert EnrolmentTier.objects.get(enrolment=enrolment).tier.code == "gold"
    assert Seat.objects.get(partner=partner).country == "DE"
    assert CustomerNumber.objects.get(number="N-1").partner == partner
    contact = BroughtContact.objects.get()
    assert (contact.address, contact.name, contact.role) == ("chef@nordlicht.example", "Ada Nord", "owner")
    assert DataCheck.objects.get(partner=partner).confirmed_at is None


def test_what_a_file_says_of_a_company_is_one_line_as_in_the_forms(world: World) -> None:
    header = "Firma;Straße;PLZ;Ort;Telefon;E-Mail;Vorname;Nachname;Land;Nimmt teil ab"
    said = {
        "name": '"Nordlicht\r\n\r\nIT \u202e GmbH"', "street": '"Kai\u2028 1\u2066"', "postcode": "20095",
        "city": "Ham\u202eburg", "phone": '"040\u200f\n12"', "address": "chef@nordlicht.example",
        "first_name": '"Ada\nPay at evil.example"', "last_name": "Nord\x07",
    }  # fmt: skip
    bring(world, partners(";".join([*said.values(), "DE", "01.02.2026"]), header=header))
    partner, contact = Partner.objects.get(city="Hamburg"), BroughtContact.objects.get()
    for name, text in said.items():
        row = contact if hasattr(contact, name) and name != "name" else partner
        assert getattr(row, name) == LineField().clean(text.strip('"')), name
    assert (partner.name, contact.first_name) == ("Nordlicht IT GmbH", "Ada Pay at evil.example")


def test_nobody_gets_an_account_by_being_in_a_file(world: World) -> None:
    before = User.objects.count()
    bring(world, partners(NEW))
    assert User.objects.count() == before


def test_looking_writes_nothing(world: World) -> None:
    before = rows_of_everything()
    figures = look(world, partners(NEW)).figures
    assert (figures.new, figures.enrolments, figures.tiers, figures.contacts, figures.customer_numbers) == (1,) * 5
    assert rows_of_everything() == before


def test_the_same_file_again_changes_nothing(world: World) -> None:
    content = SAMPLE.read_bytes()
    first = bring(world, content).figures
    before = rows_of_everything()
    again = bring(world, content).figures
    assert (first.new, first.contacts, first.customer_numbers) == (2, 3, 2)
    assert (again.unchanged, again.enrolments, again.tiers, again.contacts) == (2, 0, 0, 0)
    assert rows_of_everything() == before


def test_a_program_that_begins_tomorrow_is_entered_once(world: World) -> None:
    row = NEW.replace("01.02.2026", "01.12.2026")
    bring(world, partners(row))
    before = rows_of_everything()
    assert bring(world, partners(row)).figures.unchanged == 1
    assert rows_of_everything() == before


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("Elbtal Systemhaus;01067;Dresden;DE;;;;;;;;;", "a very similar name at the same postcode"),
        ("Ganz Anders AG;99999;Weit weg;DE;DE 136.695.976;;;;;;;;", "the same VAT id"),
    ],
)
def test_a_partner_of_the_vendor_is_found_again(world: World, row: str, why: str) -> None:
    Partner.objects.filter(pk=world.reseller.pk).update(postcode="01067", vat_id="DE136695976")
    done = bring(world, partners(row))
    assert [step.partner for step in done.plan.steps] == [world.reseller.pk], why
    world.reseller.refresh_from_db()
    assert world.reseller.name == "Elbtal Systemhaus GmbH"
    assert done.figures.known == done.figures.unchanged == 1


def test_a_known_partner_gets_another_tier_from_today(world: World) -> None:
    header = f"{HEADER};Partnernummer"
    content = partners(f"Elbtal;;;;;gold;;;;;;;;{world.reseller.number}", header=header)
    assert bring(world, content).figures.tiers == 1
    held = EnrolmentTier.objects.get(enrolment=world.enrolment, valid__contains=TODAY)
    assert (held.tier.code, held.valid_from) == ("gold", TODAY)
    assert not VendorNumber.objects.exists()


def test_a_vendors_own_number_is_remembered_and_finds_the_partner(world: World) -> None:
    header = f"{HEADER};Partnernummer"
    bring(world, partners(f"{NEW};4711", header=header))
    partner = Partner.objects.get(name="Nordlicht IT GmbH")
    assert VendorNumber.objects.get(partner=partner).number == "4711"
    done = bring(world, partners("Umbenannt GmbH;;;;;;;;;;;;;4711", header=header))
    assert [step.partner for step in done.plan.steps] == [partner.pk]


def test_further_rows_add_contacts_and_customer_numbers(world: World) -> None:
    more = "Nordlicht IT GmbH;;;;;;;it@nordlicht.example;;;Technik;Allnet;N-2"
    bring(world, partners(NEW, more))
    assert Partner.objects.filter(name="Nordlicht IT GmbH").count() == 1
    assert list(BroughtContact.objects.values_list("address", "role")) == [
        ("chef@nordlicht.example", "owner"), ("it@nordlicht.example", "technician"),
    ]  # fmt: skip
    assert set(CustomerNumber.objects.filter(vendor=world.vendor).values_list("number", flat=True)) == {
        "K-1", "N-1", "N-2",
    }  # fmt: skip


def test_sales_that_waited_for_the_customer_number_count_at_once(world: World) -> None:
    header = f"{HEADER};Partnernummer"
    content = partners(f"Elbtal;;;;;;;;;;;allnet;K-404;{world.reseller.number}", header=header)
    assert bring(world, content).figures.booked == 1
    assert SaleLine.objects.get(document_number="R-1004").partner == world.reseller


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (";;;;;;;;;;;;x", "2 Firma: The row names no company"),
        ("A;1;B;Narnia;;;;;;;;;", "“Narnia” is no country"),
        ("A;1;B;DE;DE123;;;;;;;;", "2 USt-IdNr.: “DE123” is no valid VAT id"),
        ("A;1;B;DE;;Platin;;;;;;;", "2 Stufe: “Platin” is no tier of Top-Seller Loyalty. Known: Registered"),
        ("A;1;B;DE;;;gestern;;;;;;", "“gestern” is no day"),
        ("A;1;B;DE;;;01.01.2020;;;;;;", "Top-Seller Loyalty does not run on"),
        ("A;1;B;FR;;;;;;;;;", "2 Land: Top-Seller Loyalty is open to partners in DE only."),
        ("A;1;B;;;;;;;;;;", "The country is missing"),
        ("A;1;B;DE;;;;kein@;;;;;", "“kein@” is no e-mail address"),
        ("A;1;B;DE;;;;;Ada;;;;", "A contact needs an e-mail address"),
        ("A;1;B;DE;;;;a@b.example;;;Chefin;;", "“Chefin” is no role"),
        ("A;1;B;DE;;;;;;;;Komsa;7", "“Komsa” is no distributor of yours. Known: Allnet."),
        ("A;1;B;DE;;;;;;;;Allnet;", "distributor and customer number belong together"),
        ("A;1;B;DE;;;;;;;;Allnet;K-1", "is known already, as that of another company"),
        ("A;1;B;DE;;;;;;;;;;zu viel", "The row has more cells than the header."),
    ],
)
def test_what_is_wrong_is_said_with_row_column_and_value(world: World, row: str, problem: str) -> None:
    before = rows_of_everything()
    said = refused(world, row)
    assert problem in said[0]
    with pytest.raises(FileRefused):
        bring(world, partners(NEW, row))
    assert rows_of_everything() == before


def test_rows_of_one_company_must_not_contradict_each_other(world: World) -> None:
    said = refused(world, NEW, NEW.replace("20095", "20096"))
    assert said == ["3 PLZ: Row 2 says “20095” about the same company."]


def test_two_companies_that_look_the_same_have_to_be_told_apart(world: World) -> None:
    said = refused(world, "Müllersoft GmbH;20095;Hamburg;DE;;;;;;;;;", "Müllersofft;20095;Hamburg;DE;;;;;;;;;")
    assert said == ["3 Firma: This may be the company of row 2. Give both a VAT id, or both a partner number."]


def test_two_customers_cannot_have_one_number(world: World) -> None:
    said = refused(world, NEW, "Andere GmbH;01067;Dresden;DE;;;;;;;;Allnet;N-1")
    assert said == ["3 Kundennummer: Row 2 gives this customer number to another company."]


def test_a_name_that_means_two_partners_is_no_name(world: World) -> None:
    for number in ("AAAA2222", "BBBB2222"):
        twin = make_partner("Zwilling IT GmbH", number)
        Partner.objects.filter(pk=twin.pk).update(postcode="01067")
        Enrolment.objects.create(partner=twin, program=world.program, enrolled_on=TODAY)
    said = refused(world, "Zwilling IT GmbH;01067;Dresden;DE;;;;;;;;;")
    assert "Several of your partners are called so there" in said[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_comes_in_any_dialect(world: World, encoding: str, delimiter: str) -> None:
    text = "Unsere Partner\n\n" + partners(NEW.replace("Nordlicht", "Nördlich")).decode().replace(";", delimiter)
    bring(world, text.encode(encoding))
    assert Partner.objects.filter(name="Nördlich IT GmbH").exists()


def workbook(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_comes_with_days_and_numbers_as_such(world: World) -> None:
    header = ["Company", "ZIP", "City", "Country", "Partner since", "Phone"]
    bring(world, workbook(header, ["Ost IT", 1067, "Dresden", "Deutschland", date(2026, 3, 1), 351123]))
    partner = Partner.objects.get(name="Ost IT")
    assert (partner.postcode, partner.phone) == ("01067", "351123")
    assert Enrolment.objects.get(partner=partner).enrolled_on == date(2026, 3, 1)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x00" * 100, b"Firma;PLZ\nA\x00;1\n", b"%PDF-1.7", b"PK\x03\x04 broken",
        ("Firma;PLZ" + ";x" * 5000 + "\nA;1\n").encode(), b"Firma;PLZ\n", b"a;b\n1;2\n",
        workbook(["Firma", "PLZ"], ["=1+1", "=A2"]),
    ],
    ids=["empty", "zeros", "zero in text", "pdf", "broken", "5000 columns", "no rows", "unknown words", "formulas"],
)  # fmt: skip
def test_what_is_no_such_table_is_refused_with_one_sentence(world: World, content: bytes) -> None:
    with pytest.raises(FileRefused) as told:
        look(world, content)
    assert len(told.value.problems) == 1


def test_only_the_vendors_managers_and_admins_bring_partners(world: World) -> None:
    for user in (world.vendor_finance, world.rival_channel_manager, world.reseller_owner, world.platform_admin):
        with pytest.raises(MayNotBring):
            look(world, partners(NEW), actor=Actor.of(user))
    assert look(world, partners(NEW), actor=Actor.of(world.channel_manager)).figures.new == 1
    with pytest.raises(MayNotBring):
        look(world, partners(NEW), program=world.rival_program)


def test_the_command_tells_what_it_did(world: World, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "partners.csv"
    file.write_bytes(partners(NEW))
    call_command("import_partners", file, vendor="lenovo", program="topseller", json=True, dry_run=True)
    assert json.loads(capsys.readouterr().out)["new"] == 1
    assert not Partner.objects.filter(name="Nordlicht IT GmbH").exists()
    call_command("import_partners", file, vendor="lenovo", program="topseller")
    assert "Imported." in capsys.readouterr().out
    file.write_bytes(partners("A;1;B;Narnia;;;;;;;;;"))
    with pytest.raises(CommandError):
        call_command("import_partners", file, vendor="lenovo", program="topseller", json=True)
    told = capsys.readouterr()
    assert json.loads(told.out)["errors"][0]["row"] == 2
    assert "Narnia" in told.err
