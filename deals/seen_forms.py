"""What every form about a deal has: the version that was read by whoever acts."""

from __future__ import annotations

from common import seen_forms


class SeenForm(seen_forms.SeenForm):
    """`seen`: the version of the deal on the page on which somebody acts."""
