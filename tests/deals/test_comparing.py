"""Two deals beside each other, line by line: what agrees is said so."""

from __future__ import annotations

import pytest

from deals.comparing import Agreement, rows
from deals.models import Deal
from tests.deals.projects import drafted, open_deals
from tests.world import World


@pytest.mark.parametrize(
    ("field", "label", "one", "other", "agreement"),
    [
        ("customer_name", "End customer", "Klinik Elbgrund", "Klinikum Elbgrund gGmbH", "similar"),
        ("customer_name", "End customer", "Klinik Elbgrund", "Autohaus Trautwein GmbH", "other"),
        ("customer_name", "End customer", "KLINIK Elbgrund", "Klinik  Elbgrund", "same"),
        ("customer_street", "Street", "Klinikpark 4", "Am Klinikpark 4", "similar"),
        ("customer_postcode", "Postcode", "01796", "01797", "other"),
        ("customer_vat_id", "VAT id", "DE123456789", "DE123456780", "other"),
        ("customer_vat_id", "VAT id", "DE123456789", "", ""),
        ("title", "Project", "Phones", "Phones", ""),
    ],
)
def test_names_that_look_alike_are_told_from_signs_that_differ(
    world: World, field: str, label: str, one: str, other: str, agreement: Agreement
) -> None:
    open_deals(world)
    first, second = drafted(world), drafted(world)
    for deal, says in ((first, one), (second, other)):
        Deal.objects.filter(pk=deal.pk).update(**{field: says})
        deal.refresh_from_db()
    [row] = [each for each in rows(first, [second]) if each.label == label]
    assert [cell.agreement for cell in row.others] == [agreement]
