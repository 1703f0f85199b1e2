"""Names of files and payments towards the bank: the same ones whenever they are asked for, and never the same twice."""

from __future__ import annotations

import hashlib
import json
import re

LONGEST = 35
"""Characters in a MsgId, PmtInfId or EndToEndId of ISO 20022."""
_DIGITS = 12
_PLAIN_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Nothing that looks like the mark of a hash.
_PLAIN_NUMBER = re.compile(r"(?!X[0-9A-F]{12}$)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")


def message_id(vendor_slug: str, run_number: int, file_number: int) -> str:
    """Of one file of a payment run: "acme-R12-F1"."""
    return _id(vendor_slug, f"R{run_number}", f"F{file_number}")


def end_to_end_id(vendor_slug: str, run_number: int, partner_number: str) -> str:
    """Of one partner's payment in a run, the same in each of the run's files: "acme-R12-P4711"."""
    return _id(vendor_slug, f"R{run_number}", partner_number)


def _id(slug: str, run: str, last: str) -> str:
    """What is too long, or has other characters, is cut and marked by a hash of the whole.

    Plain slugs have no capitals: the first R after a hyphen ends them, and no plain id looks like one with a hash.
    """
    plain = f"{slug}-{run}-{last}"
    if len(plain) <= LONGEST and _PLAIN_SLUG.fullmatch(slug) and _PLAIN_NUMBER.fullmatch(last):
        return plain
    whole = json.dumps([slug, run, last]).encode()
    mark = f"{run}-X{hashlib.sha256(whole).hexdigest()[:_DIGITS].upper()}"
    short = re.sub(r"[^a-z0-9]+", "-", slug.lower())[: LONGEST - len(mark) - 1].strip("-")
    return f"{short}-{mark}" if short else mark
