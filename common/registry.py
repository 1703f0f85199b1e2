"""What apps above hand down to the shared pages, filled in their `AppConfig.ready()`.

- menu entries: where a person can go, by area;
- panels: the cards a dashboard is composed of;
- attention items: what waits for somebody, with a clock;
- mail kinds: every mail the portal can send, with sample data;
- wordings: what vendors say in those mails in their own words;
- what to look at before a restored system is released.

Each registry is a list in a fixed order; registering the same key twice is a programming error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from django.utils.functional import Promise

from common.access import Actor

if TYPE_CHECKING:
    from common.models import OutboxMail

Text = str | Promise


class Keyed(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def order(self) -> int: ...


T = TypeVar("T", bound=Keyed)
COLUMNS = ("main", "side")


class Registry(Generic[T]):
    def __init__(self) -> None:
        self._items: dict[str, T] = {}

    def register(self, item: T) -> T:
        if item.key in self._items:
            raise ValueError(f"{item.key!r} is registered twice")
        self._items[item.key] = item
        return item

    def __iter__(self) -> Iterator[T]:
        return iter(sorted(self._items.values(), key=lambda item: (item.order, item.key)))

    def __getitem__(self, key: str) -> T:
        return self._items[key]

    def get(self, key: str) -> T | None:
        return self._items.get(key)


@dataclass(frozen=True)
class Area:
    """Where a person works: one company, one vendor or one distributor. The page's context for menu and panels."""

    scope: str  # common.access.PARTNER | VENDOR | DISTRIBUTOR
    pk: int
    slug: str
    label: str
    url: str

    def open_to(self, actor: Actor, roles: tuple[str, ...]) -> bool:
        """Whether the actor holds one of `roles` here; none named: everybody who is let in."""
        return not roles or actor.has(self.scope, self.pk, *roles)


@dataclass(frozen=True)
class AreaSource:
    """Gives the areas a person may choose from, in one query each."""

    key: str
    areas: Callable[[Actor], Iterable[Area]]
    order: int = 100


@dataclass(frozen=True)
class MenuEntry:
    """A line of the navigation of one scope. `url(area)` builds its address; `roles` empty means every role."""

    key: str
    scope: str
    label: Text
    icon: str
    url: Callable[[Area], str]
    roles: tuple[str, ...] = ()
    order: int = 100


@dataclass(frozen=True)
class Panel:
    """A card of the dashboard of one scope: `context(area, actor, today)` feeds `template`; None leaves it out.

    `later`: what is not what the person came for; the page fetches it after it is shown.
    """

    key: str
    scope: str
    template: str
    context: Callable[[Area, Actor, date], Mapping[str, Any] | None]
    column: str = "main"  # one of COLUMNS
    order: int = 100
    later: bool = False


@dataclass(frozen=True)
class Waiting:
    """One thing that waits: what, for whom, since when, where to act (empty: on the page that shows it)."""

    label: Text
    url: str
    since: datetime | date | None = None
    due: datetime | date | None = None
    count: int = 1


@dataclass(frozen=True)
class AttentionSource:
    """Gives what waits in an area, in a constant number of queries. `page`: the address whose page says it as well."""

    key: str
    scope: str
    items: Callable[[Area, Actor, date], Iterable[Waiting]]
    roles: tuple[str, ...] = ()
    order: int = 100
    page: str = ""


@dataclass(frozen=True)
class Attachment:
    """A file that goes along with a mail. `mime`: such as application/pdf."""

    name: str
    content: bytes
    mime: str


@dataclass(frozen=True)
class MailKind:
    """A mail the portal can send. `template` names mail/<template>.{subject.txt,txt,html}; `sample()` feeds previews.

    `resend_when_uncertain`: after a crash between claim and answer, documents and security notices are sent again,
    under the same Message-ID; notices of the week are not.

    `opens`: with a link that lets its reader in. What such a mail says is forgotten once the server has taken it.

    `choices`: how often or in which way a person may have it (`common.mail_choices.Choice`), from most to least; the
    first holds until the person chooses. None: it is always sent, at once.

    `scope`: whose people get it (`common.access`), and so may choose; empty: anybody. `roles`: those of them who
    do, none named: all. A regular mail the others get once they ask for it.

    `group`: the subject under which the catalogue lists it; `to`: who gets it, in words.

    `placeholders`: what vendors may name in words of their own (`common.mail_words`); none: the words are the portal's
    alone.

    `attachments`: the files of a mail, asked for when it is sent; the outbox keeps no copy of them.
    """

    key: str
    label: Text
    template: str
    sample: Callable[[], Mapping[str, Any]]
    resend_when_uncertain: bool = False
    opens: bool = False
    choices: tuple[str, ...] = ()
    scope: str = ""
    roles: tuple[str, ...] = ()
    group: Text = ""
    to: Text = ""
    placeholders: tuple[str, ...] = ()
    order: int = 100
    attachments: Callable[[OutboxMail], Sequence[Attachment]] | None = None


Blocks = Mapping[str, str]
"""What a vendor says in its own words, by the name of the block (`common.mail_words.BLOCKS`)."""


@dataclass(frozen=True)
class WordingSource:
    """Gives a vendor's words for a kind of mail that are in force, by language, in one query: `(kind, vendor's id)`."""

    key: str
    in_force: Callable[[str, int], Mapping[str, Blocks]]
    order: int = 100


@dataclass(frozen=True)
class BeforeRelease:
    """What a platform admin should look at before a restored system works again; `items(moment of the backup)`."""

    key: str
    items: Callable[[datetime], Iterable[Waiting]]
    order: int = 100


areas: Registry[AreaSource] = Registry()
menu: Registry[MenuEntry] = Registry()
panels: Registry[Panel] = Registry()
attention: Registry[AttentionSource] = Registry()
mails: Registry[MailKind] = Registry()
wordings: Registry[WordingSource] = Registry()
before_release: Registry[BeforeRelease] = Registry()


def panels_of(area: Area, actor: Actor, today: date) -> dict[str, list[tuple[str, Mapping[str, Any]]]]:
    """Templates and their contexts of an area's dashboard, by column; for what comes later there is one place."""
    columns = {}
    for column in COLUMNS:
        columns[column] = _contexts(area, actor, today, column, later=False)
        if any(True for _panel in _panels(area, column, later=True)):
            columns[column].append(("portal/panels_later.html", {"column": column}))
    return columns


def later_panels_of(area: Area, actor: Actor, today: date, column: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Templates and contexts of what a column's place is filled with."""
    return _contexts(area, actor, today, column, later=True)


def _panels(area: Area, column: str, *, later: bool) -> Iterator[Panel]:
    return (each for each in panels if (each.scope, each.column, each.later) == (area.scope, column, later))


def _contexts(
    area: Area, actor: Actor, today: date, column: str, *, later: bool
) -> list[tuple[str, Mapping[str, Any]]]:
    found = ((each.template, each.context(area, actor, today)) for each in _panels(area, column, later=later))
    return [(template, context) for template, context in found if context is not None]


def waiting_in(area: Area, actor: Actor, today: date, *, page: str = "") -> list[Waiting]:
    """What waits for the person in this area, in the order of the sources. `page`: only what that page says as well."""
    return [
        item
        for source in attention
        if source.scope == area.scope and area.open_to(actor, source.roles) and page in ("", source.page)
        for item in source.items(area, actor, today)
    ]
