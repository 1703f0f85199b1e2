"""For platform admins: what a restored system waits for, and letting it go on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common import releasing
from common.entering import for_platform_admins
from common.errors import DomainError
from common.forms import ReleaseForm
from common.models import Pause
from common.requests import UNPROCESSABLE, PersonRequest


@for_platform_admins
@require_http_methods(["GET", "POST"])
def pause(request: PersonRequest) -> HttpResponse:
    """What to look at before the release, the form for it, and who released earlier ones."""
    form = ReleaseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            releasing.release(actor=request.actor, comment=form.cleaned_data["comment"], now=timezone.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The portal is released. What waited goes on within a minute."))
            return redirect("common:pause")
    backup_at = releasing.backup_moment()
    context = {
        "form": form,
        "backup_at": backup_at,
        "items": releasing.to_look_at(backup_at=backup_at) if backup_at else [],
        "pauses": Pause.objects.select_related("released_by").order_by("-paused_at", "-pk"),
    }
    return render(request, "common/pause.html", context, status=UNPROCESSABLE if form.errors else 200)
