"""The labelled pairs of end customers are what customers.md says of them."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

_HERE = Path(__file__).parent
_FIELDS = ["name", "street", "postcode", "city", "country", "domain", "vat_id"]
_COLUMNS = ["same", "kind", "held_out", *(f"{field}_a" for field in _FIELDS), *(f"{field}_b" for field in _FIELDS)]
_EASY = "unrelated"


def _pairs() -> list[dict[str, str]]:
    with (_HERE / "customers.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        pairs = list(reader)
    assert reader.fieldnames == _COLUMNS
    assert all(len(pair) == len(_COLUMNS) and None not in pair.values() for pair in pairs)
    return pairs


def _side(pair: dict[str, str], letter: str) -> tuple[str, ...]:
    return tuple(pair[f"{field}_{letter}"] for field in _FIELDS)


def _bare(vat_id: str) -> str:
    return re.sub(r"(MWST|TVA)$", "", re.sub(r"[^0-9A-Z]", "", vat_id.upper()))


def test_every_pair_is_labelled_and_gives_more_than_a_name() -> None:
    for pair in _pairs():
        assert {pair["same"], pair["held_out"]} <= {"0", "1"}, pair
        for letter in "ab":
            name, *others = _side(pair, letter)
            assert name, pair
            assert any(others), pair
            assert re.fullmatch(r"([A-Z]{2})?", pair[f"country_{letter}"]), pair


def test_no_pair_is_there_twice_nor_with_itself() -> None:
    pairs = [frozenset((_side(pair, "a"), _side(pair, "b"))) for pair in _pairs()]
    assert max(Counter(pairs).values()) == 1
    assert min(len(pair) for pair in pairs) == 2


def test_no_label_contradicts_the_vat_ids() -> None:
    for pair in _pairs():
        one, other = _bare(pair["vat_id_a"]), _bare(pair["vat_id_b"])
        if one and other:
            assert (one == other) == (pair["same"] == "1"), pair


def test_two_fifths_are_hard_to_tell_apart_and_a_tenth_is_easy() -> None:
    pairs = _pairs()
    different = [pair["kind"] for pair in pairs if pair["same"] == "0"]
    easy = different.count(_EASY)
    assert len(pairs) >= 600
    assert len({pair["kind"] for pair in pairs}) >= 25
    assert len(different) - easy >= 0.4 * len(pairs)
    assert 0.05 * len(pairs) <= easy <= 0.15 * len(pairs)
    assert all(pair["same"] == "0" for pair in pairs if pair["kind"] == _EASY)


def test_every_third_pair_of_a_kind_is_held_out() -> None:
    seen: Counter[tuple[str, str]] = Counter()
    for pair in _pairs():
        seen[pair["same"], pair["kind"]] += 1
        third = seen[pair["same"], pair["kind"]] % 3 == 0
        assert (pair["held_out"] == "1") == third, pair


def test_the_counts_are_those_of_the_description() -> None:
    pairs = _pairs()
    counts = Counter((pair["same"], pair["kind"]) for pair in pairs)
    held_out = Counter((pair["same"], pair["kind"]) for pair in pairs if pair["held_out"] == "1")
    text = (_HERE / "customers.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([01]) \| `(\w+)` \| (\d+) \| (\d+) \|", text, re.MULTILINE)
    described = {(same, kind): (int(number), int(held)) for same, kind, number, held in rows}
    assert described == {key: (number, held_out[key]) for key, number in counts.items()}
    assert f"holds {len(pairs)} pairs" in text
