"""What docs/mails.md says about choices and states, compared."""

from __future__ import annotations

import re
from pathlib import Path

from django.utils.translation import override

from common import unsubscribing
from common.delivery import STATES
from common.mail_choices import AS_NOTICE, AS_SUMMARY, REGULAR, Choice
from common.models import OutboxMail
from common.outbox import ATTEMPTS
from common.outbox_views import MOST_AT_ONCE

PAGE = (Path(__file__).resolve().parents[2] / "docs/mails.md").read_text()


def rows(columns: int, heading: str) -> list[tuple[str, ...]]:
    """The rows of the table in this section, without its head."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return [tuple(line) for line in lines if len(line) == columns][1:]


def test_the_choices_and_what_becomes_of_a_mail_are_those_of_the_code() -> None:
    with override("en"):
        kinds = {"notices": AS_NOTICE, "the weekly status mail": REGULAR, "the daily summary": AS_SUMMARY}
        words = {kind: [str(choice.label) for choice in choices] for kind, choices in kinds.items()}
        states = {str(choice.label): str(OutboxMail.State(STATES[choice]).label) for choice in Choice}
    told = rows(3, "Choices")
    assert {kind: [choice for of, choice, _state in told if of == kind] for kind in words} == words
    assert {choice: state for _kind, choice, state in told} == states


def test_every_state_of_the_outbox_is_explained() -> None:
    with override("en"):
        labels = [str(label) for label in OutboxMail.State.labels]
    assert sorted(state for state, _meaning in rows(2, "The outbox")) == sorted(labels)
    assert ATTEMPTS == 5
    assert f"{MOST_AT_ONCE:,} at most" in PAGE


def test_the_headers_are_named_as_they_are_sent() -> None:
    headers = unsubscribing.headers(user_id=1, kind="settled")
    assert set(headers) == set(re.findall(r"List-Unsubscribe(?:-Post)?(?=[`:])", PAGE))
    assert f"List-Unsubscribe-Post: {headers['List-Unsubscribe-Post']}" in PAGE
