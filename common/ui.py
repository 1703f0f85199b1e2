"""What the components show: small typed records that views build and `common.templatetags.ui` renders.

Texts are finished sentences in the person's language; numbers inside them come from `common.formats`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal

from django.utils import timezone

Tone = Literal["neutral", "info", "success", "warning", "danger"]
TONE_ICONS: dict[str, str] = {
    "neutral": "info-circle",
    "info": "info-circle",
    "success": "check-circle",
    "warning": "exclamation-triangle",
    "danger": "exclamation-circle",
}


@dataclass(frozen=True)
class Step:
    """One step of a rebate or a tier. `bound` is inclusive and in the unit of the position."""

    bound: Decimal
    label: str  # "from 25"
    reward: str = ""  # "10.00 € each"


@dataclass(frozen=True)
class Crumb:
    label: str
    url: str = ""


@dataclass(frozen=True)
class Event:
    """An entry of a timeline. `at` is a day or a moment; `actor` who did it, as a name."""

    at: date | datetime
    title: str
    text: str = ""
    actor: str = ""
    icon: str = "circle"
    tone: Tone = "neutral"
    url: str = ""


def latest_first(events: Iterable[Event]) -> list[Event]:
    """Newest first; what is known to the day only stands before the moments of that day."""

    def day_and_moment(event: Event) -> tuple[date, datetime]:
        if isinstance(event.at, datetime):
            return timezone.localtime(event.at).date(), event.at
        return event.at, datetime.max.replace(tzinfo=UTC)

    return sorted(events, key=day_and_moment, reverse=True)


@dataclass(frozen=True)
class Fact:
    """A line of a key-value list. `numeric` aligns right with tabular figures."""

    label: str
    value: str
    hint: str = ""
    url: str = ""
    numeric: bool = False

    @property
    def outside(self) -> bool:
        """Whether the address is another site's: it opens in a window of its own and learns nothing of this page."""
        return self.url.startswith(("https://", "http://"))


@dataclass(frozen=True)
class Stage:
    """A station of something that goes through states (a closing, a payment run)."""

    label: str
    state: Literal["done", "current", "ahead", "failed"]
    at: datetime | None = None
    hint: str = ""


@dataclass(frozen=True)
class Task:
    """Something that waits for the person: what, since when, until when, where to do it."""

    title: str
    url: str
    text: str = ""
    since: date | datetime | None = None
    due: date | datetime | None = None
    tone: Tone = "neutral"
    icon: str = "circle"


@dataclass(frozen=True)
class Series:
    """One line or set of bars. `muted` draws it as the comparison in the background (last year, the target)."""

    label: str
    values: Sequence[Decimal | int | None]
    muted: bool = False


@dataclass(frozen=True)
class Chart:
    """A chart and the table beside it. `id` is unique on the page; `unit` is an ISO currency, "%" or ""."""

    id: str
    title: str
    axis: str  # what the labels are: "Week", "Quarter"
    labels: Sequence[str]
    series: Sequence[Series]
    kind: Literal["line", "bar"] = "line"
    unit: str = ""
    stacked: bool = False
    summary: str = ""  # the chart in one sentence, read instead of the picture

    def __post_init__(self) -> None:
        for series in self.series:
            if len(series.values) != len(self.labels):
                raise ValueError(
                    f"Series {series.label!r} has {len(series.values)} values for {len(self.labels)} labels."
                )


@dataclass(frozen=True)
class Segment:
    """A part of a progress bar: from one step's bound to the next, `percent` of it filled."""

    step: Step | None  # None: below the first step
    percent: str
    here: bool
    reached: bool


def segments_of(position: Decimal, steps: Sequence[Step], end: Decimal | None = None) -> list[Segment]:
    """The bar of `progress`. `end` (a cap) bounds the last segment; without it, reaching it fills it."""
    bounds = [step.bound for step in steps]
    if not bounds or bounds != sorted(set(bounds)):
        raise ValueError("There must be steps, and their bounds must rise.")
    starts: list[Step | None] = [*([None] if bounds[0] > 0 else []), *steps]
    segments = []
    for index, step in enumerate(starts):
        low = step.bound if step else Decimal(0)
        following = starts[index + 1] if index + 1 < len(starts) else None
        high = following.bound if following else end
        if position < low or position <= 0:
            filled = Decimal(0)
        elif high is None or position >= high:
            filled = Decimal(100)
        else:
            filled = max((position - low) / (high - low) * 100, Decimal(2))
        here = (position >= low or index == 0) and (following is None or position < following.bound)
        segments.append(Segment(step, f"{filled:.1f}", here, reached=step is not None and position >= low))
    return segments
