"""Tiers as they are judged (`moves`), and what partners hand in for them (`case_studies`)."""

from tiers.models.case_studies import CaseStudy, CaseStudyFile, CaseStudyStep
from tiers.models.moves import Assessed, BulkMove, Due, ManualCheck, TierDecision, TierMove, TierStanding

__all__ = [
    "Assessed",
    "BulkMove",
    "CaseStudy",
    "CaseStudyFile",
    "CaseStudyStep",
    "Due",
    "ManualCheck",
    "TierDecision",
    "TierMove",
    "TierStanding",
]
