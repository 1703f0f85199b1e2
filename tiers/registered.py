"""The kinds of criteria that tiers can be made of. Another kind is a class like these and a line here."""

from __future__ import annotations

from programs.criteria import kinds
from tiers.kinds.case_studies import CaseStudies
from tiers.kinds.certificates import Certificates
from tiers.kinds.manual import Manual
from tiers.kinds.revenue import Revenue
from tiers.kinds.verified import Verified


def register() -> None:
    for kind in (Verified(), Certificates(), CaseStudies(), Revenue(), Manual()):
        kinds.register(kind)
