"""Letting people into pages that belong to no company, vendor or distributor."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponseBase

from common.requests import PersonRequest

View = Callable[..., HttpResponseBase]


def for_platform_admins(view: View) -> View:
    """Everybody else gets what a missing page gives."""

    @login_required
    @wraps(view)
    def inner(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.actor.is_platform_admin:
            raise Http404
        return view(request, *args, **kwargs)

    return inner
