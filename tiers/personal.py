"""What tiers say about a person: what they decided, checked and wrote."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.personal import section
from tiers.models import BulkMove, CaseStudy, CaseStudyStep, ManualCheck, TierDecision, TierMove

PARTNER, PROGRAM = "enrolment__partner__name", "enrolment__program__name"


def register() -> None:
    moved = ("from_tier__name", "to_tier__name", "state", "note", "closed_on")
    section("tier-moves", _("Proposed tiers you decided"), TierMove, "closed_by", PARTNER, PROGRAM, *moved, order=80)
    decided = ("tier__name", "valid", "reason", "decided_at")
    section("tier-decisions", _("Tiers you decided"), TierDecision, "decided_by", PARTNER, PROGRAM, *decided, order=81)
    checked = ("code", "evidence", "valid", "checked_at")
    section("checks", _("Criteria you checked"), ManualCheck, "checked_by", PARTNER, PROGRAM, *checked, order=82)
    many = ("program__name", "to_tier__name", "reason", "moved_on")
    section("bulk-moves", _("Moves of many partners you made"), BulkMove, "moved_by", *many, order=83)
    section(
        "bulk-undone", _("Moves of many partners you took back"), BulkMove, "undone_by", *many, "undone_on", order=84
    )
    study = ("title", "customer", "text", "state", "submitted_at", "accepted_on")
    section("case-studies", _("Case studies you wrote"), CaseStudy, "written_by", PARTNER, *study, order=85)
    section("case-studies-decided", _("Case studies you decided"), CaseStudy, "decided_by", PARTNER, *study, order=86)
    step = ("case_study__title", "step", "text", "at")
    section("case-study-steps", _("What you did with case studies"), CaseStudyStep, "author", *step, order=87)
