"""Sell-out reports as distributors send them: each oddity alone and some together, with what has to come out.

    from tests.sales.oddities import CASES

`CASES` are made by code, so that a case shows what is odd about its file and nothing else.
"""

from __future__ import annotations

from tests.sales.oddities.cases import Case
from tests.sales.oddities.notation_cases import NOTATION_CASES
from tests.sales.oddities.refused_cases import REFUSED_CASES
from tests.sales.oddities.shape_cases import SHAPE_CASES
from tests.sales.oddities.together import COMBINED_CASES
from tests.sales.oddities.workbook_cases import WORKBOOK_CASES

CASES: list[Case] = [*NOTATION_CASES, *SHAPE_CASES, *WORKBOOK_CASES, *COMBINED_CASES, *REFUSED_CASES]

__all__ = ["CASES", "Case"]
