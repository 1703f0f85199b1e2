"""What is refused before it is looked at."""

from __future__ import annotations

from dataclasses import dataclass

from common.sentences import _n
from sales.readers.problems import Unreadable


@dataclass(frozen=True)
class Limits:
    """Bytes of the file, rows of data in it, columns."""

    size: int = 20_000_000
    rows: int = 250_000
    columns: int = 200

    def check_size(self, content: bytes) -> None:
        if len(content) > self.size:
            raise Unreadable.because(_n("The file is larger than {size} MB."), size=f"{self.size // 1_000_000}")

    def check_rows(self, rows: int) -> None:
        if rows > self.rows:
            sentence = _n("The file has more than {limit} rows. Send it in parts.")
            raise Unreadable.because(sentence, rows=rows, limit=str(self.rows))

    def check_columns(self, columns: int) -> None:
        if columns > self.columns:
            raise Unreadable.because(_n("The file has more than {limit} columns."), limit=str(self.columns))


USUAL_LIMITS = Limits()
