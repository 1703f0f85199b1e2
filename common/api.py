"""What every part of the HTTP API shares: who asks, what goes wrong in which words, and how lists are paged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Generic, TypeVar, overload

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer
from pydantic import StringConstraints
from structlog.contextvars import bind_contextvars

from common import tokens
from common.access import Actor
from common.errors import DomainError
from common.models import ApiToken
from common.money import plain, shortest
from common.requests import PersonRequest
from common.second_factor import lacks_second_factor
from common.tokens import Scope

log = structlog.get_logger(__name__)

Slug = Annotated[str, StringConstraints(pattern=r"^[-a-zA-Z0-9_]+$", max_length=50)]
"""A short name in the address. Anything else cannot exist."""
LARGEST_ID = 2**63 - 1
MOST_ITEMS = 200


class ApiRequest(PersonRequest):
    """A request that a token was accepted for."""

    auth: ApiToken


# --- what goes wrong ------------------------------------------------------------------------------------------------


class FieldProblem(Schema):
    """Where in the request, or in an uploaded file, something is wrong, and what."""

    field: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    message: str


class Problem(Schema):
    """An error as of RFC 9457: `detail` is one sentence for people."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = Field(default_factory=list)


class Refused(Exception):
    """The request is understood and not carried out, with the answer to give."""

    def __init__(self, status: int, detail: str, errors: list[FieldProblem] | None = None) -> None:
        self.status = status
        self.detail = detail
        self.errors = errors or []
        super().__init__(detail)


TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    413: "Content Too Large",
    422: "Unprocessable Content",
    500: "Internal Server Error",
}


def problem(status: int, detail: str, errors: list[FieldProblem] | None = None) -> HttpResponse:
    body = Problem(title=TITLES.get(status, "Error"), status=status, detail=detail, errors=errors or [])
    response = JsonResponse(body.model_dump(), status=status, content_type="application/problem+json")
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def unknown_token() -> HttpResponse:
    return problem(401, _("Send a valid token: “Authorization: Bearer …”. It may have expired or been revoked."))


def nothing_here() -> HttpResponse:
    """The same for what does not exist and for what the token's person may not see."""
    return problem(404, _("There is nothing at this address, or your token may not see it."))


def invalid(error: ValidationError) -> HttpResponse:
    errors = [
        FieldProblem(field=".".join(str(part) for part in each["loc"][1:]), message=each["msg"])
        for each in error.errors
    ]
    return problem(422, _("The request has fields that are missing or wrong."), errors)


def broken(error: Exception) -> HttpResponse:
    log.error("api request failed", exc_info=error)
    return problem(500, _("Something went wrong here. It was written down; please try again later."))


HANDLERS: Mapping[type[Exception], Callable[[Any], HttpResponse]] = {
    AuthenticationError: lambda _error: unknown_token(),
    Http404: lambda _error: nothing_here(),
    PermissionDenied: lambda _error: problem(403, _("Your role may not do this.")),
    Refused: lambda error: problem(error.status, error.detail, error.errors),
    DomainError: lambda error: problem(409, str(error)),
    HttpError: lambda error: problem(error.status_code, str(error)),
    RequestDataTooBig: lambda _error: problem(413, _("The request is too large.")),
    ValidationError: invalid,
    Exception: broken,
}


def answer_problems(api: NinjaAPI) -> None:
    """Every error of `api` is answered as problem JSON."""

    def handle(_request: HttpRequest, error: Any, answer: Callable[[Any], HttpResponse]) -> HttpResponse:
        return answer(error)

    for kind, answer in HANDLERS.items():
        api.add_exception_handler(kind, partial(handle, answer=answer))


# --- who asks -------------------------------------------------------------------------------------------------------


class Token(HttpBearer):
    """A token of the portal that has `scope` (None: any token). Sessions of the browser open nothing here."""

    openapi_description = "Made on the page “API tokens” of a person's account."

    def __init__(self, scope: Scope | None = None) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        found = tokens.redeem(secret=token, now=timezone.now())
        if found is None:
            return None
        actor = Actor.of(found.user, scopes=found.scopes)
        if lacks_second_factor(found.user, actor):
            raise Refused(403, _("The role of this token's person needs a second factor. It must be set up first."))
        if self.scope is not None and self.scope not in found.scopes:
            raise Refused(403, _("This token lacks the scope “%(scope)s”.") % {"scope": self.scope.value})
        bind_contextvars(user_id=found.user_id, token=found.pk)
        request.user = found.user
        request.actor = actor  # type: ignore[attr-defined]
        return found


def needs(scope: Scope | None) -> dict[str, Any]:
    """Options of an operation that is open to tokens with this scope; the OpenAPI document says so as `x-scope`."""
    return {"auth": Token(scope), "openapi_extra": {"x-scope": scope.value} if scope else {}}


ERRORS = frozenset({401, 403, 404, 422})


def answers(model: Any, *, status: int = 200, also: Mapping[int, Any] | None = None) -> dict[Any, Any]:
    """The answers of an operation: its own, and the errors every operation may give."""
    return {status: model, **(also or {}), ERRORS: Problem}


# --- values ---------------------------------------------------------------------------------------------------------


@overload
def amount(value: Decimal) -> str: ...
@overload
def amount(value: None) -> None: ...
@overload
def amount(value: Decimal | None) -> str | None: ...
def amount(value: Decimal | None) -> str | None:
    """Money and exact results as text with every decimal they have: never through a float."""
    return None if value is None else plain(value)


@overload
def quantity(value: Decimal) -> str: ...
@overload
def quantity(value: None) -> None: ...
@overload
def quantity(value: Decimal | None) -> str | None: ...
def quantity(value: Decimal | None) -> str | None:
    """A count or measure as text, without zeros at its end."""
    return None if value is None else shortest(value)


# --- lists ----------------------------------------------------------------------------------------------------------

Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)


class ById(Schema):
    """Which part of a list ordered by id: at most `limit` items after the item `after`."""

    after: int = Field(0, ge=0, le=LARGEST_ID, description="`next` of the page before; nothing for the first page")
    limit: int = Field(50, ge=1, le=MOST_ITEMS)


class ByName(Schema):
    """Which part of a list ordered by name: at most `limit` items after the item `after`."""

    after: str = Field(
        "",
        pattern=r"^[-a-zA-Z0-9_]*$",
        max_length=50,
        description="`next` of the page before; nothing for the first page",
    )
    limit: int = Field(50, ge=1, le=MOST_ITEMS)


class Page(Schema, Generic[Item]):
    """A part of a list. `next`: what to send as `after` for the following part; null at the end."""

    items: list[Item]
    next: str | None


def page_of(
    rows: QuerySet[Row], params: ById | ByName, build: Callable[[Row], Any], *, key: str = "id"
) -> dict[str, Any]:
    """The part of `rows` that `params` asks for, in the order of `key`, which is unique."""
    found = list(rows.filter(**{f"{key}__gt": params.after}).order_by(key)[: params.limit + 1])
    shown = found[: params.limit]
    following = str(getattr(shown[-1], "pk" if key == "id" else key)) if len(found) > len(shown) else None
    return {"items": [build(row) for row in shown], "next": following}
