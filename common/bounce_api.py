"""Mails that came back, over the HTTP API: for a mail provider that calls an address."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema

from common import bounces
from common.api import ApiRequest, Problem, Refused, answers, needs
from common.bounces import Returned, UnknownMail
from common.tokens import Scope

router = Router(tags=["mails"])


class BounceIn(Schema):
    """A mail that could not be delivered for good. Delays are not reported."""

    message_id: str = Field(max_length=200, description="the header Message-ID, with its angle brackets")
    address: str = Field(max_length=254, description="to which it was sent")
    told: str = Field("", max_length=2000, description="what the receiving server wrote")


class BounceOut(Schema):
    """`new`: false where it was known that mails to the address come back."""

    address: str
    new: bool


@router.post("/bounces", response=answers(BounceOut, also={409: Problem}), **needs(Scope.BOUNCES))
def post_bounce(request: ApiRequest, bounce: BounceIn) -> BounceOut:
    """Mark an address; only for tokens of a platform admin, and only for a mail that the portal has sent there."""
    if not request.actor.is_platform_admin:
        raise Refused(403, _("Only administrators of the portal may do this."))
    returned = Returned.written(message_id=bounce.message_id, address=bounce.address, told=bounce.told)
    try:
        return BounceOut(address=returned.address, new=bounces.record(returned=returned, now=timezone.now()))
    except UnknownMail as error:
        raise Refused(404, str(error)) from error
