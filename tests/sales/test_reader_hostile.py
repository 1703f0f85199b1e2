"""Files that want to do harm end in one clear sentence, whatever is in them."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from common.limited import Allowance, Cause, Child, ChildEnded, limited
from sales.readers.limits import Limits
from sales.readers.problems import Unreadable
from sales.readers.reading import guess, read_rows
from tests.sales.oddities.cases import as_csv, as_workbook, one_row, saved, table

pytestmark = pytest.mark.usefixtures("readers_started_anew")

CSV = as_csv(table())
XLSX = saved(as_workbook(Umsatz=table()))


def with_part(part: str, data: bytes, content: bytes = XLSX) -> bytes:
    """The workbook with other bytes in one of its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, data if name == part else source.read(name))
    return out.getvalue()


def sheet(rows: bytes) -> bytes:
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return b'<worksheet xmlns="' + main + b'"><sheetData>' + rows + b"</sheetData></worksheet>"


def laughs() -> bytes:
    """Ten entities, each ten times the one before."""
    entities = [b'<!ENTITY a0 "haha">']
    entities += [b'<!ENTITY a%d "%b">' % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 11)]
    row = b'<row r="1"><c r="A1" t="inlineStr"><is><t>&a10;</t></is></c></row>'
    return b"<!DOCTYPE worksheet [" + b"".join(entities) + b"]>" + sheet(row)


SHEET = "xl/worksheets/sheet1.xml"
HOSTILE = {
    "random bytes": random.Random(1).randbytes(200_000),
    "random text": random.Random(2).randbytes(100_000).hex().encode() + b";",
    "a line of ten megabytes": b"x" * 10_000_000,
    "ten million columns": CSV + b"x;" * 5_000_000,
    "a header of very many columns": b"Kunde;" * 300_000 + b"\n1\n",
    "quotes that open and never close": CSV + b'"' + b"\n;" * 100_000,
    "a thousand quotes in a row": CSV + b'"' * 999 + b";\n",
    "only quotes": b'"' * 5_000_000,
    "zeros": bytes(1_000_000),
    "only separators": b";" * 1_000 + b"\n" + b";,\t|" * 1_000,
    "a million empty lines": b"\n" * 5_000_000,
    "a cell longer than a page": CSV.replace(b"K-0815", b"x" * 200_000),
    "a workbook without its end": XLSX[:-200],
    "a workbook with its middle turned": XLSX[:2000] + XLSX[2000:4000][::-1] + XLSX[4000:],
    "a sheet that is no XML": with_part(SHEET, b"<worksheet><sheetData><row"),
    "a sheet with nonsense for numbers": with_part(SHEET, sheet(b'<row r="x"><c r="?" t="s"><v>99999</v></c></row>')),
    "a zip bomb": with_part(SHEET, sheet(b"<row/>" * 20_000_000)),
    "a row with the number of a billion": with_part(SHEET, sheet(b'<row r="999999999"><c r="A1"><v>1</v></c></row>')),
    "a cell in the last column there is": with_part(SHEET, sheet(b'<row r="1"><c r="XFD1"><v>1</v></c></row>')),
    "a billion laughs": with_part(SHEET, laughs()),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_ends_in_one_clear_sentence(content: bytes) -> None:
    with pytest.raises(Unreadable) as refusal:
        guess(content, allowance=Allowance(computing=2))
    (problem,) = refusal.value.problems
    assert str(problem)[0].isupper()
    assert str(problem)[-1] == "."


def test_limits_of_size_rows_and_columns_are_said() -> None:
    with pytest.raises(Unreadable, match="larger than 0 MB"):
        guess(CSV, limits=Limits(size=100))
    with pytest.raises(Unreadable, match="more than 3 rows"):
        guess(CSV, limits=Limits(rows=3))
    with pytest.raises(Unreadable, match="more than 7 columns"):
        guess(CSV, limits=Limits(columns=7))
    layout = guess(CSV).layout
    with pytest.raises(Unreadable, match="more than 3 rows"), read_rows(CSV, layout, Limits(rows=3)) as reading:
        list(reading)


def test_a_layout_of_another_file_is_refused_in_words() -> None:
    layout = guess(CSV).layout
    other = one_row("Artikel;Stück", "A;1")
    with pytest.raises(Unreadable) as refusal, read_rows(other, layout) as reading:
        list(reading)
    assert "“Kundennummer” is missing" in str(refusal.value)


def naughty(what: str, **allowance: int) -> Cause:
    with limited("tests.sales.naughty", {"do": what}, b"content", Allowance(**allowance)) as child:
        child.output.read()
        with pytest.raises(ChildEnded) as ended:
            child.finish()
    return ended.value.cause


def test_a_child_that_eats_memory_is_stopped() -> None:
    assert naughty("eat", memory=1 << 28) is Cause.MEMORY


def test_a_child_that_computes_for_ever_is_stopped() -> None:
    assert naughty("compute", computing=1) is Cause.TIME


def test_a_child_that_sleeps_is_stopped_by_the_clock() -> None:
    assert naughty("sleep", seconds=1) is Cause.TIME


def test_a_child_writes_no_file_opens_few_and_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for children")
    assert naughty("write") is Cause.FAILURE
    assert naughty("open") is Cause.FAILURE
    with limited("tests.sales.naughty", {"do": "tell"}, b"content") as child:
        said = child.output.read().decode()
        child.finish()
    assert "content" in said
    assert "SECRET_KEY" not in said
    assert "django" not in said


def test_a_child_ends_when_nobody_reads_on() -> None:
    with limited("tests.sales.naughty", {"do": "sleep"}, b"") as child:
        process = child.process
        assert process.poll() is None
    assert process.poll() is not None


class _Gone(subprocess.Popen[bytes]):
    """A process that runs when it is looked at, and has ended and been waited for before anything else is done."""

    def poll(self) -> int | None:
        seen = super().poll()
        self.wait()
        return seen


def test_a_child_that_is_gone_by_the_time_it_is_killed_is_what_was_wanted() -> None:
    with _Gone(["sleep", "0.2"], stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        Child(process, process.stdout).kill()
    assert process.returncode == 0


def test_a_child_ends_with_its_parent() -> None:
    """The parent is killed without a chance to clean up."""
    program = (
        "from common.limited import limited\n"
        "with limited('tests.sales.naughty', {'do': 'sleep'}, b'') as child:\n"
        "    print(child.process.pid, flush=True)\n"
        "    child.output.read()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 20
    while _lives(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _lives(child)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_memory_stays_flat_while_many_rows_are_read() -> None:
    header, row = CSV.splitlines()[:2]
    content = b"\n".join([header, *[row.replace(b"77;10", b"%d;10" % number) for number in range(100_000)]])
    layout = guess(CSV).layout
    with read_rows(content, layout, allowance=Allowance(memory=150_000_000)) as reading:
        most = max(map(len, reading))
    assert (reading.rows, reading.bad_rows) == (100_000, 0)
    assert most < 1_000_000
