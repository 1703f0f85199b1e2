"""Rows that are written by COPY."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DataError, IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from common.copying import insert_all
from common.models import OutboxMail, User
from tests.people import person

NOW = datetime(2026, 11, 16, 11, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def mail(recipient: User | None, period: str, **values: object) -> OutboxMail:
    known = {"recipient": recipient, "address": "owner@example.com", "language": "de", "text": "Hello"}
    return OutboxMail(kind="news", period=period, **known | values)


def test_rows_are_written_as_they_are_and_have_their_keys() -> None:
    owner = person("owner")
    odd = mail(owner, "first", text='Tab\t, line\nend, back\\slash, \\N, "quote" and €', sent_at=NOW, attempts=3)
    plain = mail(None, "second", state=OutboxMail.State.SENT)
    insert_all([odd, plain])
    found = {each.period: each for each in OutboxMail.objects.all()}
    assert (found["first"].pk, found["second"].pk) == (odd.pk, plain.pk)
    assert found["first"].text == odd.text
    assert (found["first"].recipient, found["first"].sent_at, found["first"].attempts) == (owner, NOW, 3)
    assert (found["second"].recipient, found["second"].sent_at, found["second"].state) == (None, None, "sent")
    assert found["second"].created_at == plain.created_at
    odd.text = "Changed"
    odd.save()
    assert OutboxMail.objects.get(period="first").text == "Changed"
    mail(owner, "third").save()
    assert OutboxMail.objects.count() == 3


@pytest.mark.parametrize(
    ("wrong", "error"),
    [({"period": "first"}, IntegrityError), ({"period": "x" * 61}, DataError), ({"subject": None}, IntegrityError)],
)
def test_all_are_written_or_none(wrong: dict[str, object], error: type[Exception]) -> None:
    owner = person("owner")
    with pytest.raises(error), transaction.atomic():
        insert_all([mail(owner, "first"), mail(owner, **{"period": "second", **wrong})])  # type: ignore[arg-type]
    assert not OutboxMail.objects.exists()


def test_no_row_is_no_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        insert_all([])
