"""Words for a single piece, as distributors and the code lists of e-invoices (UN/ECE Recommendation 20) write them."""

from __future__ import annotations

from sales.readers.columns import plain

PIECES = frozenset(
    plain(word)
    for word in (
        "Stk, Stck, Stück, Stücke, St, Stueck, ST., piece, pieces, pc, pcs, pce, ea, each, unit, units, C62, H87, EA, "
        "PCE, Einheit, Einheiten, pz, pza, u, un, szt, ks, db"
    ).split(", ")
)
