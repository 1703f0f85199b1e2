"""The request as views get it."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from common.access import Actor
from common.models import User
from common.registry import Area

UNPROCESSABLE = 422
"""Status of a page that comes back with a form to be put right."""


class PersonRequest(HttpRequest):
    """For annotations only: what middleware (`common.middleware.PersonMiddleware`) and the way in have added.

    `user` is a person where the view asks for a login; `area` is there in views let in by `in_partner`, `in_vendor` or
    `in_distributor`.
    """

    user: User
    actor: Actor
    today: date
    area: Area
    htmx: HtmxDetails
