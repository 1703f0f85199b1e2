"""Words for a single piece, as distributors and the code lists of e-invoices (UN/ECE Recommendation 20) write them."""

from __future__ import annotations

from sales.readers.columns import plain

_WORDS = (
    "Stk, Stck, Stück, Stücke, St, Stueck, piece, pieces, pc, pcs, pce, ea, each, unit, units, C62, H87, Einheit, "
    "Einheiten, pz, pza, u, un, szt, ks, db"
)
PIECES = frozenset(map(plain, _WORDS.split(", ")))
