"""The styleguide shows every component in every state: what is clean there is clean on the pages made of it."""

from __future__ import annotations

from tests.journeys.browser import Look
from tests.journeys.conftest import OpenWindow
from tests.serving import Served


def test_every_component_is_clean_in_light_and_dark(
    portal: Served, windows: OpenWindow, language: str, width: int
) -> None:
    window = windows(portal, language=language, width=width)
    assert window.go("/styleguide/").status == 200
    window.see(Look.ALL, each_width=True)
    window.darken()
    window.see(Look.CONTRAST, each_width=True)
