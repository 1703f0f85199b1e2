"""Program pages for everybody: made from configuration, without cookies, for search engines and printers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from programs.criteria import Criterion, parse
from programs.models import Program, Tier
from programs.public_blocks import blocks_of
from programs.texts import all_in_language, description_of, in_language, requirement

View = Callable[..., HttpResponse]
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def public(view: View) -> View:
    """In the language the address asks for, else the browser's. Whoever is signed in sees what everybody sees."""

    @require_safe
    @cache_control(public=True, max_age=300)
    @vary_on_headers("Accept-Language", "Cookie")
    @wraps(view)
    def shown(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get("lang")
        with override(asked if asked in LANGUAGES else get_language()):
            return view(request, **kwargs)

    return shown


@public
def programs(request: HttpRequest) -> HttpResponse:
    """All programs that take applications."""
    rows = [
        {"name": each.name, "vendor": each.vendor.name, "text": description_of(each), "url": _url(each)}
        for each in Program.objects.taking_applications(day=timezone.localdate())
    ]
    return render(request, "programs/public_list.html", {"rows": rows, **_around(request)})


@public
def program(request: HttpRequest, slug: str) -> HttpResponse:
    """One program: what each tier gives and asks for, what registering takes, questions, whom to ask."""
    found = get_object_or_404(Program.objects.taking_applications(day=timezone.localdate()), slug=slug)
    tiers = list(found.tiers.order_by("rank"))
    context = {
        "program": found,
        "text": description_of(found),
        "tiers": tiers,
        "blocks": [("benefits", _table(_benefits(tiers))), ("requirements", _table(_requirements(found, tiers)))],
        "documents": all_in_language(found.documents),
        "faq": [(in_language(each), in_language(each, "answer_")) for each in found.faq],
        "more": blocks_of(found, timezone.localdate()),
        "register_url": f"{reverse('partners:register')}?program={found.slug}",
        **_around(request),
    }
    return render(request, "programs/public.html", context)


def _url(program: Program) -> str:
    return reverse("programs:public", args=[program.slug])


Lines = list[tuple[str, str]]
"""What a tier gives or asks for: pairs of a kind and a sentence."""


def _benefits(tiers: list[Tier]) -> list[Lines]:
    return [[(item.get("kind", ""), in_language(item)) for item in tier.benefits] for tier in tiers]


def _requirements(program: Program, tiers: list[Tier]) -> list[Lines]:
    return [
        [
            (entry.kind.key if isinstance(entry, Criterion) else "", requirement(entry, program))
            for entry in parse(tier.requirements).of
        ]
        for tier in tiers
    ]


def _table(tiers: list[Lines]) -> list[dict[str, Any]]:
    """A row per kind, a cell per tier; kinds in the order in which they first come."""
    kinds: dict[str, dict[int, list[str]]] = {}
    for place, lines in enumerate(tiers):
        for kind, sentence in lines:
            kinds.setdefault(kind, {}).setdefault(place, []).append(sentence)
    return [{"cells": [cells.get(place, []) for place in range(len(tiers))]} for cells in kinds.values()]


def _around(request: HttpRequest) -> dict[str, Any]:
    """The page in its languages: for the reader's choice and for search engines."""
    here = f"{settings.PORTAL_URL}{request.path}"
    names = {"de": "Deutsch", "en": "English"}
    language = (get_language() or "en")[:2]
    return {
        "canonical": here,
        "languages": [
            {
                "code": code,
                "name": names.get(code, code),
                "url": f"{request.path}?lang={code}",
                "full": f"{here}?lang={code}",
                "chosen": code == language,
            }
            for code in LANGUAGES
        ],
    }
