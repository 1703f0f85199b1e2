"""Who must have a second factor and has none: one rule for pages and for tokens."""

from __future__ import annotations

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings

from common.access import Actor
from common.models import User


def lacks_second_factor(user: User, actor: Actor) -> bool:
    """Vendor staff and platform admins need one. Demo logins are let through while the demo runs, never otherwise."""
    if settings.DEMO_MODE and user.is_demo:
        return False
    return actor.needs_second_factor and not is_mfa_enabled(user)
