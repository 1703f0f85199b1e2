"""Files that want to do harm end in one clear outcome, within the limits, and nobody else notices."""

from __future__ import annotations

import io
import os
import random
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from PIL import Image

from common.limited import Allowance
from sales.readers.invoices.limited import ALLOWANCE, Opened, open_file, render
from sales.readers.invoices.pdf import carried_data
from sales.readers.invoices.pictures import LONGEST_SIDE
from sales.readers.invoices.record import Refused
from tests.sales.invoices import hostile_bombs
from tests.sales.invoices.cases import Case
from tests.sales.invoices.hostile import ALL_FILES, jpeg, jpeg_of_many_scans, png_of_most_pixels
from tests.sales.invoices.pdfs import NUMBER, cii, hybrid, pdf

pytestmark = pytest.mark.usefixtures("readers_started_anew")

READ_BY_PEOPLE = [case for case in ALL_FILES if "pages" in case.outcomes]


def outcome(opened: Opened) -> str:
    if opened.refusal is None:
        return "invoice" if opened.invoice else "pages"
    assert opened.invoice is None
    sentence = str(opened.refusal)
    assert sentence[0].isupper()
    assert sentence[-1] == "."
    return opened.refusal.code


@contextmanager
def within_five_seconds() -> Iterator[None]:
    """Of computing, by children that have ended."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    yield
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 5


def test_children_have_600_megabytes_and_less_than_five_seconds() -> None:
    assert ALLOWANCE.memory <= 600_000_000
    assert ALLOWANCE.computing < 5
    assert ALLOWANCE.written == 0


@pytest.mark.parametrize("case", ALL_FILES, ids=str)
def test_a_hostile_file_has_an_outcome(case: Case) -> None:
    content = case.content()
    with within_five_seconds():
        assert outcome(open_file(content)) in case.outcomes


@pytest.mark.parametrize("case", READ_BY_PEOPLE, ids=str)
def test_a_hostile_page_is_a_picture_or_refused(case: Case) -> None:
    content = case.content()
    picture = None
    with within_five_seconds(), suppress(Refused):
        picture = render(content, 0)
    if picture is not None:
        shown = Image.open(io.BytesIO(picture))
        assert shown.format == "JPEG"
        assert max(shown.size) <= LONGEST_SIDE


def test_data_are_not_lost_when_the_pages_kill_their_reader() -> None:
    opened = open_file(hostile_bombs.content_bomb_beside_data())
    assert opened.invoice is not None
    assert (opened.invoice.number, opened.visible, opened.pages) == (NUMBER, "no_text", 0)
    assert [remark.code for remark in opened.remarks] == ["pages_unread"]


@pytest.mark.parametrize(
    ("build", "allowance", "code"),
    [
        (jpeg_of_many_scans, Allowance(memory=ALLOWANCE.memory, computing=1), "too_long"),
        (jpeg_of_many_scans, Allowance(memory=ALLOWANCE.memory, seconds=1), "too_long"),
        (png_of_most_pixels, Allowance(memory=150_000_000), "too_much_memory"),
    ],
    ids=["computing", "clock", "memory"],
)
def test_a_child_that_is_ended_is_a_refusal(build: Callable[[], bytes], allowance: Allowance, code: str) -> None:
    assert outcome(open_file(build(), allowance)) == code


def test_others_do_not_wait_for_a_file_that_takes_its_time() -> None:
    slow: list[Opened] = []
    content = jpeg_of_many_scans()
    thread = threading.Thread(target=lambda: slow.append(open_file(content)))
    thread.start()
    quick = [open_file(hybrid()).invoice for _number in range(2)]
    waits = thread.is_alive()
    thread.join()
    assert all(quick)
    assert waits, "The slow file was quicker than two others, which proves nothing."
    assert slow[0].refusal is not None


def test_this_process_goes_on_after_any_number_of_bad_files() -> None:
    files = len(list(_open_files()))
    for _number in range(2):
        assert outcome(open_file(hostile_bombs.content_bomb())) != "invoice"
        assert open_file(hybrid()).invoice is not None
    assert len(list(_open_files())) == files
    assert threading.active_count() < 10


def _open_files() -> Iterator[object]:
    yield from os.scandir("/proc/self/fd")


# --- chance -----------------------------------------------------------------------------------------------------------


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Cut off, with bytes turned, or with a part taken out or doubled."""
    how = chance.randrange(4)
    start = chance.randrange(len(content))
    end = min(len(content), start + chance.choice([1, 8, 100, 1_000]))
    if how == 0:
        return content[:start]
    if how == 1:
        return content[:start] + content[end:]
    if how == 2:
        return content[:end] + content[start:]
    turned = bytearray(content)
    for _number in range(chance.choice([1, 5, 50])):
        turned[chance.randrange(len(content))] = chance.randrange(256)
    return bytes(turned)


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_file_has_an_outcome(seed: int) -> None:
    chance = random.Random(seed)
    content = damaged(chance.choice([hybrid(), hybrid(cii(), "a.xml"), cii(), jpeg(), pdf()]), chance)
    with within_five_seconds():
        assert outcome(open_file(content))


@pytest.mark.parametrize("seed", range(300))
def test_damaged_data_in_a_pdf_are_read_or_refused(seed: int) -> None:
    """The same in this process, which is quicker: nothing but `Refused` is raised."""
    chance = random.Random(seed)
    with suppress(Refused):
        assert carried_data(damaged(hybrid(), chance)) != b""
