from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sales.readers.invoices.allowances import less_allowances


def _less(nets: list[str], allowances: str) -> tuple[Decimal | None, ...]:
    return less_allowances([Decimal(net) for net in nets], Decimal(allowances))


def test_allowances_of_the_document_lower_each_line_by_its_share_to_the_cent() -> None:
    assert _less(["100.00", "100.00", "100.00"], "10.00") == (Decimal("96.66"), Decimal("96.67"), Decimal("96.67"))
    assert _less(["900.00", "100.00"], "50.00") == (Decimal("855.00"), Decimal("95.00"))


def test_a_returned_article_takes_its_share_back() -> None:
    assert _less(["300.00", "-100.00"], "20.00") == (Decimal("270.00"), Decimal("-90.00"))


def test_without_an_allowance_nets_stay() -> None:
    assert _less(["1.50", "2"], "0") == (Decimal("1.50"), Decimal(2))


def test_what_has_no_net_has_no_share() -> None:
    assert less_allowances([None, Decimal("100.00")], Decimal("10.00")) == (None, Decimal("90.00"))


def test_an_allowance_on_nothing_is_an_open_question() -> None:
    assert _less(["5.00", "-5.00"], "1.00") == (None, None)


_amounts = st.decimals(min_value=0, max_value=100_000, places=2)


@given(nets=st.lists(_amounts, min_size=1), share=st.decimals(min_value=0, max_value=1, places=3))
def test_the_shares_add_up_to_the_allowances(nets: list[Decimal], share: Decimal) -> None:
    allowances = (sum(nets, Decimal(0)) * share).quantize(Decimal("0.01"))
    after = less_allowances(nets, allowances)
    if sum(nets):
        assert sum(net for net in after if net is not None) == sum(nets) - allowances
        assert all(0 <= (net or 0) <= before for net, before in zip(after, nets, strict=True))
