"""What deals say about a person: what they registered, decided, did, added, asked for and looked at.

The contact at the end customer is somebody else, and stands in nobody's data.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from common.access import Actor
from common.models import User
from common.personal import Rows, Section, section, sections
from deals.models import Conflict, Deal, DealEntry, DealFile, DealProof, DealStep, Extension, Opening, Probe

WHICH = ("partner__name", "vendor__name", "number")
SAYS = ("title", "customer_name", "state", "need", "done")
OF_DEAL = ("deal__partner__name", "deal__vendor__name", "deal__number")


def _deals(field: str, when: str) -> Callable[[User], Rows]:
    """What a deal says now, where its person still sees it. Whoever has gone to another company reads which it was."""

    def rows(user: User) -> Rows:
        own = Deal.objects.filter(**{field: user}).order_by("pk")
        seen = own.filter(pk__in=Deal.objects.visible_to(Actor.of(user)).values("pk"))
        yield from seen.values(*WHICH, *SAYS, when).iterator()
        yield from own.exclude(pk__in=seen.values("pk")).values(*WHICH, when).iterator()

    return rows


def _stopped(user: User) -> Rows:
    """Not what met somebody else's deal: that there is one, the vendor alone knows."""
    stopped = Probe.objects.filter(person=user, kind=Probe.Kind.LIMIT).order_by("pk")
    return stopped.values("enrolment__partner__name", "enrolment__program__name", "at").iterator()


def register() -> None:
    registered, decided = (_deals("written_by", "submitted_at"), _deals("decided_by", "decided_at"))
    covers = ("deals.Deal.written_by",)
    sections.register(Section("deals", _("Deals you registered"), registered, covers, order=92))
    section("deal-entries", _("Deals you entered for partners"), DealEntry, "person", *OF_DEAL, order=92)
    covers = ("deals.Deal.decided_by",)
    sections.register(Section("deals-decided", _("Deals you decided"), decided, covers, order=93))
    section("deal-steps", _("What you did with deals"), DealStep, "author", *OF_DEAL, "step", "text", "at", order=94)
    section("deal-files", _("Files you added to deals"), DealFile, "added_by", *OF_DEAL, "file_name", "at", order=95)
    section(
        "deal-proofs", _("Sales and invoices with which you proved deals"), DealProof, "added_by", *OF_DEAL,
        "line__document_number", "invoice__number", "at", order=96,
    )  # fmt: skip
    extension = (*OF_DEAL, "reason", "asked_at", "state")
    section("deal-extensions", _("Longer protection you asked for"), Extension, "asked_by", *extension, order=97)
    section(
        "deal-extensions-decided", _("Longer protection you decided about"), Extension, "decided_by", *extension,
        "answer", "decided_at", order=98,
    )  # fmt: skip
    section("deal-openings", _("Protected deals you opened"), Opening, "person", *OF_DEAL, "at", order=99)
    section(
        "deal-conflicts", _("Similar deals you judged"), Conflict, "judged_by", *OF_DEAL, "judged", "found_at", order=99
    )
    covers = ("deals.Probe.person",)
    sections.register(
        Section("deal-limits", _("Registrations that the daily limit stopped"), _stopped, covers, order=99)
    )
