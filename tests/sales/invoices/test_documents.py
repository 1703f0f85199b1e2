"""A record comes back from its document as it was, to the last zero."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from sales.readers.invoices.documents import from_document, refusal_from, refusal_to, to_document
from sales.readers.invoices.record import Invoice, Line, LineKind, Party, Preceding, Refused, Remark, Totals
from sales.readers.problems import Term

TEXT = st.text(max_size=20)
NUMBER = st.none() | st.decimals(allow_nan=False, allow_infinity=False)
SHORT = st.none() | TEXT
MANY = st.lists(TEXT, max_size=3).map(tuple)
PARTY = st.builds(Party, SHORT, SHORT, SHORT, MANY, SHORT, SHORT)
PARAM = TEXT | TEXT.map(Term)
REMARK = st.builds(
    Remark, TEXT, TEXT, st.dictionaries(TEXT, PARAM, max_size=3).map(lambda params: tuple(params.items()))
)
LINE = st.builds(
    Line,
    SHORT,
    st.sampled_from(LineKind),
    NUMBER,
    SHORT,
    NUMBER,
    NUMBER,
    NUMBER,
    SHORT,
    SHORT,
    SHORT,
    SHORT,
    MANY,
    SHORT,
)
DAY = st.none() | st.dates()
INVOICE = st.builds(
    Invoice,
    SHORT,
    SHORT,
    DAY,
    SHORT,
    PARTY,
    PARTY,
    st.builds(Totals, NUMBER, NUMBER, NUMBER, NUMBER),
    st.lists(LINE, max_size=3).map(tuple),
    st.lists(REMARK, max_size=2).map(tuple),
    st.lists(st.builds(Preceding, TEXT, DAY), max_size=2).map(tuple),
    SHORT,
    TEXT,
)


@given(INVOICE)
def test_an_invoice_comes_back_as_it_was(invoice: Invoice) -> None:
    again = from_document(json.loads(json.dumps(to_document(invoice))))
    assert again == invoice
    # Equal amounts can be written differently, and words of ours equal those of a file.
    assert repr(again) == repr(invoice)
    types = [type(text) for remark in again.warnings for _name, text in remark.params]
    assert types == [type(text) for remark in invoice.warnings for _name, text in remark.params]


def test_every_field_of_the_record_travels() -> None:
    """What is added to the record has to be thought of here: strategies are built from all fields."""
    fields = {one.__name__: len(one.__dataclass_fields__) for one in (Invoice, Line, Party, Totals, Preceding, Remark)}
    assert fields == {"Invoice": 12, "Line": 13, "Party": 6, "Totals": 4, "Preceding": 2, "Remark": 3}


@given(TEXT, st.dictionaries(st.sampled_from(["number", "kind", "code", "text"]), PARAM))
def test_a_refusal_comes_back_as_it_was(text: str, params: dict[str, str]) -> None:
    refusal = Refused(
        "code", text.replace("{", "").replace("}", ""), **{f"_{name}": one for name, one in params.items()}
    )
    again = refusal_from(json.loads(json.dumps(refusal_to(refusal))))
    assert (again.code, again.text, again.params, str(again)) == (
        refusal.code,
        refusal.text,
        refusal.params,
        str(refusal),
    )
    assert list(map(type, again.params.values())) == list(map(type, refusal.params.values()))
