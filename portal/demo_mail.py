"""The caught mails of a demo, in the browser. A mail's HTML is shown in a frame that may do nothing."""

from __future__ import annotations

from pathlib import Path

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from common.formats import datetime_short
from common.ui import Fact
from portal.demo import mailbox
from portal.demo.mailbox import Mail

# No script, no form, no other host; only links that somebody clicks lead out of the frame.
HTML_POLICY = (
    "sandbox allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src 'self' data:; frame-ancestors 'self'"
)


def mails(request: HttpRequest) -> HttpResponse:
    return render(request, "demo/mails.html", {"mails": mailbox.newest(_folder()), "newest": mailbox.NEWEST})


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
def mail(request: HttpRequest, name: str) -> HttpResponse:
    found = _found(name)
    facts = [
        Fact(_("Recipient"), found.to),
        Fact(_("Sender"), found.sender),
        Fact(_("Sent"), datetime_short(found.sent_at)),
    ]
    return render(request, "demo/mail.html", {"mail": found, "facts": facts})


@xframe_options_sameorigin
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part alone, under a policy of its own."""
    found = _found(name)
    if not found.html:
        raise Http404
    content = found.html.replace("<head>", '<head><base target="_top">', 1)
    return HttpResponse(content, headers={"Content-Security-Policy": HTML_POLICY})


def _folder() -> Path:
    return Path(settings.EMAIL_FILE_PATH)


def _found(name: str) -> Mail:
    if (found := mailbox.find(_folder(), name)) is None:
        raise Http404
    return found
