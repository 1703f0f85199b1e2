"""Reports about bounces, as servers send them."""

from __future__ import annotations

from pathlib import Path

REPORTS = Path(__file__).parent / "reports"
SERVERS = ("postfix", "exim", "exchange", "sendmail")
ID = "<0123456789abcdef0123456789abcdef@partner-portal>"
ADDRESS = "jonas.roth@elbtal.example"


def report(server: str = "postfix", *, message_id: str = ID, address: str = ADDRESS) -> bytes:
    text = (REPORTS / f"{server}.eml").read_text()
    return text.replace("@ID@", message_id).replace("@ADDRESS@", address).encode()
