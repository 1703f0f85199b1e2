"""Imports, matches, doubts and undoing in any order: each row is in one place, and sums are those of a slow model."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import DomainError
from partners.models import Partner
from programs.models import Product
from sales.books import freeze
from sales.matching import (
    book_waiting,
    dismiss_article,
    dismiss_customer,
    match_article,
    match_customer,
    recall_article,
    recall_customer,
)
from sales.models import ArticleNumber, CustomerNumber, SaleLine, WaitingRow
from sales.settling import accept_rows, reject_rows, take_back_rejection
from sales.undoing import move_article, move_customer
from tests.sales.matching_world import make_other, manager_of, waits
from tests.undone import undone
from tests.world import NOW, World

NUMBERS = st.sampled_from(["A", "B"])
ARTICLES = st.sampled_from(["21HM", "4X40", "AL-1"])
PARTIES = st.sampled_from([0, 1])
NOBODY = st.none() | PARTIES
STEPS = st.one_of(
    st.tuples(st.just("report"), NUMBERS, ARTICLES, st.integers(-500, 5000), st.booleans()),
    st.tuples(st.just("match"), NUMBERS, PARTIES),
    st.tuples(st.just("move"), NUMBERS, NOBODY),
    st.tuples(st.just("match_article"), PARTIES),
    st.tuples(st.just("move_article"), NOBODY),
    st.tuples(st.sampled_from(["dismiss_article", "recall_article"])),
    st.tuples(st.sampled_from(["dismiss", "recall"]), NUMBERS),
    st.tuples(st.sampled_from(["accept", "reject", "take_back", "book", "freeze"])),
)


@dataclass
class Row:
    number: str
    article: str
    net: Decimal
    doubted: bool
    dismissed: bool = False
    no_product: bool = False
    rejected: bool = False


@dataclass
class Model:
    """What a clerk with paper and pencil would know."""

    world: World
    partners: list[Partner]
    products: list[Product]
    rows: dict[str, Row] = field(default_factory=dict)
    whose: dict[str, int | None] = field(default_factory=dict)
    means: int | None = None
    article_dismissed: bool = False

    def sums(self) -> dict[tuple[int, int], Decimal]:
        """Net by partner and product of what counts."""
        found: dict[tuple[int, int], Decimal] = {}
        own = {"21HM": 0, "4X40": 1, "AL-1": self.means}
        for row in self.rows.values():
            partner, product = self.whose.get(row.number), own[row.article]
            if partner is not None and product is not None and not (row.doubted or row.rejected or row.dismissed):
                key = self.partners[partner].pk, self.products[product].pk
                found[key] = found.get(key, Decimal(0)) + row.net
        return {key: net for key, net in found.items() if net}

    def take(self, step: tuple[Any, ...]) -> None:
        getattr(self, f"_{step[0]}")(*step[1:])

    def _asked(self) -> dict[str, Any]:
        return {"actor": manager_of(self.world), "vendor": self.world.vendor}

    def _of(self, number: str) -> dict[str, Any]:
        return {**self._asked(), "distributor": self.world.distributor, "number": number}

    def _report(self, number: str, article: str, net: int, doubted: bool) -> None:
        """A row as the import leaves it when nothing is looked up, and what it then would book."""
        key = f"Z{len(self.rows)}"
        dismissed = self.whose.get(number) is None and any(
            row.dismissed for row in self.rows.values() if row.number == number
        )
        no_product = not dismissed and self.article_dismissed and article == "AL-1"
        self.rows[key] = Row(number, article, Decimal(net), doubted, dismissed, no_product)
        state = WaitingRow.State.WAITING
        if dismissed or no_product:
            state = WaitingRow.State.DISMISSED if dismissed else WaitingRow.State.NO_PRODUCT
        waits(self.world, key, customer_number=number, article=article, net=Decimal(net), state=state,
              doubts=["price"] if doubted else [])  # fmt: skip
        self._book()

    def _match(self, number: str, partner: int) -> None:
        match_customer(partner=self.partners[partner], now=NOW, **self._of(number))
        self.whose[number] = partner
        self._wait_again(number)

    def _wait_again(self, number: str) -> None:
        for row in self.rows.values():
            if row.number == number and row.dismissed:
                row.dismissed, row.no_product = False, self.article_dismissed and row.article == "AL-1"

    def _move(self, number: str, to: int | None) -> None:
        was = self.whose.get(number)
        if was is None:
            return
        held = CustomerNumber.objects.get(number=number, vendor=self.world.vendor)
        party = None if to is None else self.partners[to]
        move_customer(actor=manager_of(self.world), number=held, was=self.partners[was], to=party, now=NOW)
        self.whose[number] = to

    def _match_article(self, product: int) -> None:
        match_article(product=self.products[product], now=NOW, **self._of("AL-1"))
        self.means = product
        self._article_waits_again()

    def _dismiss_article(self) -> None:
        dismiss_article(now=NOW, **self._of("AL-1"))
        self.article_dismissed = True
        for row in self.rows.values():
            row.no_product |= row.article == "AL-1" and not (row.rejected or row.dismissed)

    def _recall_article(self) -> None:
        recall_article(now=NOW, **self._of("AL-1"))
        self._article_waits_again()

    def _article_waits_again(self) -> None:
        self.article_dismissed = False
        for row in self.rows.values():
            row.no_product = False

    def _move_article(self, to: int | None) -> None:
        if self.means is None:
            return
        held = ArticleNumber.objects.get(number="AL-1")
        product = None if to is None else self.products[to]
        move_article(actor=manager_of(self.world), number=held, was=self.products[self.means], to=product, now=NOW)
        self.means = to

    def _dismiss(self, number: str) -> None:
        dismiss_customer(**self._of(number))
        for row in self.rows.values():
            row.dismissed |= row.number == number and not row.rejected
            row.no_product &= not row.dismissed

    def _recall(self, number: str) -> None:
        recall_customer(**self._of(number))
        self._wait_again(number)

    def _doubted(self, state: str) -> list[int]:
        rows = WaitingRow.objects.filter(vendor=self.world.vendor, state=state).exclude(doubts=[])
        return list(rows.values_list("pk", flat=True))

    def _accept(self) -> None:
        accept_rows(rows=self._doubted("waiting"), now=NOW, **self._asked())
        for row in self.rows.values():
            row.doubted &= row.rejected or row.dismissed or row.no_product

    def _reject(self) -> None:
        reject_rows(rows=self._doubted("waiting"), now=NOW, **self._asked())
        for row in self.rows.values():
            row.rejected |= row.doubted and not (row.dismissed or row.no_product)

    def _take_back(self) -> None:
        take_back_rejection(rows=self._doubted("rejected"), **self._asked())
        for row in self.rows.values():
            row.rejected = False

    def _book(self) -> None:
        book_waiting(now=NOW, **self._asked())

    def _freeze(self) -> None:
        freeze(vendor_id=self.world.vendor.pk)

    def check(self) -> None:
        lines = SaleLine.objects.filter(document_key__startswith="Z")
        nets = lines.values_list("partner", "product").annotate(net=Sum("net"))
        assert {(partner, product): net for partner, product, net in nets if net} == self.sums()
        standing = lines.filter(reverses__isnull=True, reversed_by__isnull=True)
        keys = list(standing.values_list("document_key", flat=True))
        rows = WaitingRow.objects.filter(document_key__startswith="Z")
        keys += rows.exclude(state__in=["booked", "superseded"]).values_list("document_key", flat=True)
        assert sorted(keys) == sorted(self.rows)
        booked = rows.filter(state="booked")
        assert set(booked.values_list("sale_line", flat=True)) <= set(standing.values_list("pk", flat=True))


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=4, max_size=14))
def test_each_row_is_in_one_place_and_sums_agree(world: World, steps: list[tuple[Any, ...]]) -> None:
    with undone():
        model = Model(world, [world.reseller, make_other(world)], [world.topseller, world.slow_seller])
        for step in steps:
            # What is refused has changed nothing.
            try:
                with transaction.atomic():
                    model.take(step)
            except DomainError:
                pass
            model.check()
