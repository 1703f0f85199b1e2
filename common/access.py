"""Who is asking. An `Actor` holds ids and roles only; it is built once per request, task or command.

Apps above register where roles come from (`roles_from`), so that this module knows none of them:
vendor staff in `programs`, members in `partners`, distributor users in `programs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from common.models import User

VENDOR = "vendor"
PARTNER = "partner"
DISTRIBUTOR = "distributor"

# Roles per scope, as in the field: who may what is asked with `Actor.ids(scope, *roles)`.
VENDOR_ADMIN = "admin"
CHANNEL_MANAGER = "channel_manager"
VENDOR_FINANCE = "finance"
OWNER = "owner"
PARTNER_FINANCE = "finance"
SALES = "sales"
TECHNICIAN = "technician"
REPORTER = "reporter"

# By id of the organisation.
RolesById = Mapping[int, frozenset[str]]
RoleSource = Callable[["User"], RolesById]
_sources: dict[str, RoleSource] = {}


def roles_from(scope: str) -> Callable[[RoleSource], RoleSource]:
    """Register the function that says which roles a user has in `scope`, as {id of the organisation: roles}."""

    def register(source: RoleSource) -> RoleSource:
        _sources[scope] = source
        return source

    return register


@dataclass(frozen=True)
class Actor:
    """A person (or an integration) with its roles, or the system itself (`Actor.system()`)."""

    user_id: int | None = None
    is_platform_admin: bool = False
    is_system: bool = False
    roles: Mapping[str, RolesById] = field(default_factory=dict)
    scopes: frozenset[str] | None = None  # None: a signed-in person; a set: what an API token may do

    @classmethod
    def of(cls, user: User, *, scopes: Iterable[str] | None = None) -> Self:
        if not user.is_active:
            return cls()
        return cls(
            user_id=user.pk,
            is_platform_admin=user.is_superuser,
            roles={scope: dict(source(user)) for scope, source in _sources.items()},
            scopes=None if scopes is None else frozenset(scopes),
        )

    @classmethod
    def system(cls) -> Self:
        """Scheduled jobs and commands on the machine: sees everything, approves nothing."""
        return cls(is_system=True)

    @property
    def sees_all(self) -> bool:
        return self.is_system or self.is_platform_admin

    def ids(self, scope: str, *roles: str) -> list[int]:
        """Organisations of `scope` in which the actor has one of `roles` (any role when none is named)."""
        held = self.roles.get(scope, {})
        return [pk for pk, has in held.items() if not roles or has & set(roles)]

    def has(self, scope: str, pk: int, *roles: str) -> bool:
        return pk in self.ids(scope, *roles)

    def only(self, scope: str, pk: int) -> Self:
        """The same person with no rights but those of its roles in this one organisation."""
        held = self.roles.get(scope, {}).get(pk)
        roles = {} if held is None else {scope: {pk: held}}
        return replace(self, is_platform_admin=False, is_system=False, roles=roles)

    @property
    def needs_second_factor(self) -> bool:
        return self.is_platform_admin or bool(self.roles.get(VENDOR))


class ActorQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Base of every queryset that people reach: subclasses say what `visible_to` means for their rows."""

    def visible_to(self, actor: Actor) -> Self:
        raise NotImplementedError(f"{type(self).__name__} does not say who sees its rows")
