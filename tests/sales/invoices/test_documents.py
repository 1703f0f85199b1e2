"""A record comes back from its document as it was, to the last zero."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.sentences import fill
from sales.readers.invoices.documents import from_document, refusal_from, refusal_to, to_document
from sales.readers.invoices.record import Invoice, Refused, Remark
from sales.readers.problems import Term

# Built from the types of all fields that the record has.
INVOICES = st.from_type(Invoice)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(INVOICES)
def test_an_invoice_comes_back_as_it_was(invoice: Invoice) -> None:
    again = from_document(json.loads(json.dumps(to_document(invoice))))
    # Unlike ==, this tells 1.0 from 1.00.
    assert repr(again) == repr(invoice)


@given(INVOICES)
def test_words_of_ours_stay_apart_from_those_of_the_file(invoice: Invoice) -> None:
    remark = Remark("code", "{kind} {number}", (("kind", Term("an order")), ("number", "an order")))
    document = to_document(replace(invoice, warnings=(remark,)))
    assert json.loads(json.dumps(document)) == document
    (again,) = from_document(document).warnings
    assert [type(text) for _name, text in again.params] == [Term, str]


@given(st.text(), st.text())
def test_a_refusal_comes_back_as_it_was(kind: str, number: str) -> None:
    refusal = Refused("code", "{kind} is not {number}.", kind=Term(kind), number=number)
    again = refusal_from(json.loads(json.dumps(refusal_to(refusal))))
    assert (again.code, fill(again.text, again.params)) == ("code", fill(refusal.text, refusal.params))
    assert [type(text) for text in again.params.values()] == [Term, str]
