from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sales.readers.invoices.allowances import net_after_allowances
from sales.readers.invoices.record import Invoice, LineKind, Totals
from tests.sales.invoices.samples import line, sample


def _invoice(nets: list[str], allowances: str) -> Invoice:
    lines = tuple(line(str(number), "1", net) for number, net in enumerate(nets))
    return replace(sample(), lines=lines, totals=Totals(allowances=Decimal(allowances), charges=Decimal("99.00")))


def test_allowances_of_the_document_lower_each_line_by_its_share_to_the_cent() -> None:
    assert net_after_allowances(_invoice(["100.00", "100.00", "100.00"], "10.00")) == (
        Decimal("96.66"), Decimal("96.67"), Decimal("96.67"),
    )  # fmt: skip
    assert net_after_allowances(_invoice(["900.00", "100.00"], "50.00")) == (Decimal("855.00"), Decimal("95.00"))


def test_a_returned_article_takes_its_share_back() -> None:
    assert net_after_allowances(_invoice(["300.00", "-100.00"], "20.00")) == (Decimal("270.00"), Decimal("-90.00"))


def test_without_an_allowance_nets_stay_and_charges_raise_nothing() -> None:
    assert net_after_allowances(_invoice(["1.50", "2"], "0")) == (Decimal("1.50"), Decimal(2))


def test_what_is_not_sold_has_no_share() -> None:
    invoice = _invoice(["100.00", "100.00", "100.00"], "10.00")
    group, text, sold = invoice.lines
    lines = (replace(group, kind=LineKind.GROUP), replace(text, net=None), sold)
    assert net_after_allowances(replace(invoice, lines=lines)) == (None, None, Decimal("90.00"))


def test_an_allowance_on_nothing_is_an_open_question() -> None:
    assert net_after_allowances(_invoice(["5.00", "-5.00"], "1.00")) == (None, None)


_amounts = st.decimals(min_value=0, max_value=100_000, places=2)


@given(nets=st.lists(_amounts, min_size=1), share=st.decimals(min_value=0, max_value=1, places=3))
def test_the_shares_add_up_to_the_allowances(nets: list[Decimal], share: Decimal) -> None:
    allowances = (sum(nets, Decimal(0)) * share).quantize(Decimal("0.01"))
    after = net_after_allowances(_invoice([str(net) for net in nets], str(allowances)))
    if sum(nets):
        assert sum(net for net in after if net is not None) == sum(nets) - allowances
        assert all(0 <= (net or 0) <= before for net, before in zip(after, nets, strict=True))
