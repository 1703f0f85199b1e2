"""The HTTP API: put together from what the apps offer. Its OpenAPI document is at `openapi.json`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from ninja import NinjaAPI, Router, Schema
from ninja.openapi.schema import OpenAPISchema

import common.bounce_api
import deals.api
import invoices.api
import partners.api
import rebates.api
import sales.api
import sales.report_api
from common.api import ApiRequest, Token, answer_problems, answers, needs
from common.context import areas_of

VERSION = "1.0.0"
DESCRIPTION = """
Read what the portal shows you, upload sell-out reports and invoices, and register deals. A token is made on the page
“API tokens” of your account; it has the scopes you chose and never more rights than you have yourself.

Amounts, rates and quantities are text, days are ISO 8601, moments are in UTC. Lists come in pages: send `next` of one
as `after` of the following. Sentences come in the language of the header `Accept-Language`, German or English.
"""


class PortalAPI(NinjaAPI):
    """Makes the OpenAPI document once: it takes longer than any other answer and anybody may ask for it."""

    _document: OpenAPISchema | None = None

    def get_openapi_schema(self, **_options: Any) -> OpenAPISchema:
        if self._document is None:
            self._document = super().get_openapi_schema()
        return self._document


# No page for people to try it out: those that exist run scripts this portal's content security policy refuses.
api = PortalAPI(
    title="Partner portal", version=VERSION, description=DESCRIPTION, docs_url=None, urls_namespace="api", auth=Token()
)
answer_problems(api)


class RoleOut(Schema):
    """Where the token's person works: a partner (by number), a vendor or a distributor (by short name)."""

    kind: str
    key: str
    name: str
    roles: list[str]


class MeOut(Schema):
    email: str
    name: str
    platform_admin: bool
    roles: list[RoleOut]
    token: str
    scopes: list[str]
    expires_at: datetime


me = Router(tags=["me"])


@me.get("/me", response=answers(MeOut), **needs(None))
def get_me(request: ApiRequest) -> MeOut:
    """Whom the token belongs to, and what it may do."""
    actor, token = request.actor, request.auth
    roles = [
        RoleOut(
            kind=area.scope,
            key=area.slug,
            name=area.label,
            roles=sorted(actor.roles.get(area.scope, {}).get(area.pk, ())),
        )
        for area in areas_of(actor)
    ]
    return MeOut(
        email=token.user.email,
        name=token.user.name,
        platform_admin=actor.is_platform_admin,
        roles=roles,
        token=token.name,
        scopes=token.scopes,
        expires_at=token.expires_at,
    )


@me.get("", auth=None, include_in_schema=False)
def get_index(request: HttpRequest) -> dict[str, Any]:
    return {"version": VERSION, "openapi": reverse("api:openapi-json")}


rest = Router()


@rest.api_operation(["GET", "POST", "PUT", "PATCH", "DELETE"], "/{path:anything}", include_in_schema=False)
def get_nothing(request: ApiRequest, anything: str) -> None:
    """Every other address under the API is answered as the API answers, not with a page."""
    raise Http404


api.add_router("", me)
api.add_router("", partners.api.router)
api.add_router("", sales.api.router)
api.add_router("", sales.report_api.router)
api.add_router("", rebates.api.router)
api.add_router("", invoices.api.router)
api.add_router("", deals.api.router)
api.add_router("", common.bounce_api.router)
api.add_router("", rest)
