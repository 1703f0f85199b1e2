"""The catalogue of mails for a vendor: how they read with its own words, and for its admins a page to change those."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common import mail_catalogue, mail_samples, mail_views
from common.access import CHANNEL_MANAGER, VENDOR_ADMIN
from common.errors import DomainError
from common.mail_views import Place, chosen_language, found
from common.registry import Blocks, MailKind
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb
from programs import mail_wording
from programs.entering import in_vendor
from programs.mail_wording import MovedOn, Subject
from programs.models import MailWording, Vendor
from programs.wording_forms import LABELS, RestoreForm, WordingForm
from programs.wording_history import history

View = Callable[..., HttpResponse]
READING = (VENDOR_ADMIN, CHANNEL_MANAGER)
KEPT = "previewed-wording"
"""In the session: what was last previewed, for the frame that shows it."""


def _samples_of_vendor(view: View) -> View:
    """Sample data speak of the vendor whose people look at them."""

    @wraps(view)
    def seen(request: PersonRequest, vendor: Vendor, *args: Any, **kwargs: Any) -> HttpResponse:
        with mail_samples.about(vendor.name):
            return view(request, vendor, *args, **kwargs)

    return seen


@in_vendor(*READING)
@require_GET
def mail_kinds(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    worded = mail_wording.worded_kinds(vendor=vendor, actor=request.actor)

    def badge(kind: MailKind) -> str:
        if kind.key in worded:
            names = [name for code, name in settings.LANGUAGES if code in worded[kind.key]]
            return _("in your own words: %(languages)s") % {"languages": ", ".join(names)}
        return _("the wording can be changed") if kind.placeholders else ""

    return mail_views.list_page(request, lambda kind: _url("mail-kind", vendor, kind), badge)


@csp_update(mail_views.FRAMES)
@in_vendor(*READING)
@require_GET
@_samples_of_vendor
def mail_kind(request: PersonRequest, vendor: Vendor, mail: str) -> HttpResponse:
    kind = found(mail)
    more: dict[str, Any] = {}
    if kind.placeholders:
        language = chosen_language(request)
        more = {
            "wording_url": f"{_url('mail-wording', vendor, kind)}?language={language}",
            "may_change": mail_wording.may_change(vendor=vendor, actor=request.actor),
        }
    else:
        more = {"words": _("The words of this mail are the portal’s alone.")}
    return mail_views.kind_page(request, kind, _place(vendor, kind, more))


@xframe_options_sameorigin
@in_vendor(*READING)
@require_GET
@_samples_of_vendor
def mail_kind_html(request: PersonRequest, vendor: Vendor, mail: str) -> HttpResponse:
    return mail_views.html_page(request, found(mail), mail_catalogue.of_vendor(vendor.pk))


@in_vendor(*READING)
@require_POST
@_samples_of_vendor
def mail_kind_test(request: PersonRequest, vendor: Vendor, mail: str) -> HttpResponse:
    kind = found(mail)
    return mail_views.test_sent(request, kind, _place(vendor, kind))


@csp_update(mail_views.FRAMES)
@in_vendor(*READING)
@require_http_methods(["GET", "POST"])
@_samples_of_vendor
def wording(request: PersonRequest, vendor: Vendor, mail: str) -> HttpResponse:
    """The words in force with a form to change them, a preview of what is typed, and all versions."""
    subject = _subject(request, vendor, mail)
    versions = mail_wording.versions(subject=subject, actor=request.actor)
    if request.method == "GET":
        first = {"seen": _latest(versions), **(versions[0].blocks if versions else {})}
        return _page(request, subject, versions, WordingForm(initial=first, kind=subject.kind))
    if not mail_wording.may_change(vendor=vendor, actor=request.actor):
        raise PermissionDenied
    form = WordingForm(request.POST, kind=subject.kind)
    if form.is_valid() and "preview" not in request.POST and not request.htmx:
        try:
            made = mail_wording.change(
                subject=subject, blocks=form.blocks, seen=form.cleaned_data["seen"], actor=request.actor,
                now=timezone.now(),
            )  # fmt: skip
        except MovedOn as error:
            form.add_error(None, str(error))
            versions = mail_wording.versions(subject=subject, actor=request.actor)
            form.see(_latest(versions))
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return _done(request, subject, made)
    # For the frame, which asks for it next.
    request.session[KEPT] = [vendor.pk, subject.kind.key, subject.language, form.blocks]
    if request.htmx:
        return render(request, "programs/wording_preview.html", _shown(request, subject, form))
    return _page(request, subject, versions, form)


@xframe_options_sameorigin
@in_vendor(*READING)
@require_GET
@_samples_of_vendor
def wording_html(request: PersonRequest, vendor: Vendor, mail: str) -> HttpResponse:
    """The HTML part with what was typed, for the frame; nothing typed yet: with the words in force."""
    subject = _subject(request, vendor, mail)
    return mail_views.html_page(request, subject.kind, mail_catalogue.of_blocks(_typed(request, subject)))


@in_vendor(VENDOR_ADMIN)
@require_POST
def wording_restore(request: PersonRequest, vendor: Vendor, mail: str) -> HttpResponse:
    """Put the `version` of the form into force again; 0: the portal's own words."""
    subject, form = _subject(request, vendor, mail), RestoreForm(request.POST)
    if not form.is_valid():
        return redirect(_here(subject))
    wanted = {"subject": subject, "seen": form.cleaned_data["seen"], "actor": request.actor, "now": timezone.now()}
    try:
        if version := form.cleaned_data["version"]:
            made = mail_wording.restore(version=version, **wanted)
        else:
            made = mail_wording.change(blocks={}, **wanted)
    except MailWording.DoesNotExist as error:
        raise Http404 from error
    except MovedOn:
        messages.warning(request, _("Somebody has changed this wording meanwhile. Please look at it again."))
    except DomainError as error:
        messages.warning(request, str(error))
    else:
        return _done(request, subject, made)
    return redirect(_here(subject))


def _done(request: PersonRequest, subject: Subject, made: MailWording | None) -> HttpResponse:
    said = _("Saved: every mail from now on says it like this.")
    messages.success(request, said if made else _("Nothing was changed: these words are in force already."))
    return redirect(_here(subject))


def _url(name: str, vendor: Vendor, kind: MailKind) -> str:
    return reverse(f"programs:{name}", args=[vendor.slug, kind.key])


def _here(subject: Subject) -> str:
    return f"{_url('mail-wording', subject.vendor, subject.kind)}?language={subject.language}"


def _place(vendor: Vendor, kind: MailKind, more: dict[str, Any] | None = None) -> Place:
    return Place(
        list_url=reverse("programs:mail-kinds", args=[vendor.slug]),
        page_url=_url("mail-kind", vendor, kind),
        html_url=_url("mail-kind-html", vendor, kind),
        test_url=_url("mail-kind-test", vendor, kind),
        wording=mail_catalogue.of_vendor(vendor.pk),
        more=more or {},
    )


def _subject(request: PersonRequest, vendor: Vendor, mail: str) -> Subject:
    """A kind whose words are the portal's alone has no such pages."""
    kind = found(mail)
    if not kind.placeholders:
        raise Http404
    return Subject(vendor, kind, chosen_language(request))


def _latest(versions: list[MailWording]) -> int:
    return versions[0].version if versions else 0


def _typed(request: PersonRequest, subject: Subject) -> Blocks:
    *of, blocks = request.session.get(KEPT, [None, {}])
    if of == [subject.vendor.pk, subject.kind.key, subject.language] and "typed" in request.GET:
        return dict(blocks)
    return _in_force(subject)


def _in_force(subject: Subject) -> Blocks:
    return mail_wording.in_force(subject.kind.key, subject.vendor.pk).get(subject.language, {})


def _shown(request: PersonRequest, subject: Subject, form: WordingForm) -> dict[str, Any]:
    """The preview: of what is typed as far as it is right, with what is wrong; of what is in force before that."""
    own = mail_catalogue.of_blocks(form.blocks if form.is_bound else _in_force(subject))
    shown = mail_catalogue.preview(kind=subject.kind, language=subject.language, reader=request.user, wording=own)
    html_url = f"{_url('mail-wording-html', subject.vendor, subject.kind)}?language={subject.language}"
    if form.is_bound:
        # Another address for another text, so that the frame loads it anew.
        html_url += f"&typed={sha256(shown.html.encode()).hexdigest()[:16]}"
    wrong = [f"{LABELS[name]}: {error}" for name in LABELS for error in form.errors.get(name, [])]
    return {"preview": shown, "html_url": html_url, "wrong": wrong}


def _page(request: PersonRequest, subject: Subject, versions: list[MailWording], form: WordingForm) -> HttpResponse:
    vendor, kind = subject.vendor, subject.kind
    context = {
        **_shown(request, subject, form),
        "wrong": [],  # stands at the fields
        "kind": kind,
        "subject": subject,
        "form": form,
        "crumbs": [
            Crumb(_("Mails"), reverse("programs:mail-kinds", args=[vendor.slug])),
            Crumb(capfirst(str(kind.label)), f"{_url('mail-kind', vendor, kind)}?language={subject.language}"),
            Crumb(_("Wording")),
        ],
        "languages": settings.LANGUAGES,
        "language": subject.language,
        "page_url": _url("mail-wording", vendor, kind),
        "here": _here(subject),
        "restore_url": _url("mail-wording-restore", vendor, kind),
        "may_change": mail_wording.may_change(vendor=vendor, actor=request.actor),
        "samples": list(mail_catalogue.samples_of(kind=kind, language=subject.language)),
        "history": _history(versions),
        "latest": _latest(versions),
        "own_words": bool(versions and versions[0].blocks),
    }
    return render(request, "programs/wording.html", context, status=UNPROCESSABLE if form.errors else 200)


def _history(versions: list[MailWording]) -> list[dict[str, Any]]:
    return [
        {
            "version": entry.version,
            "in_force": entry.in_force,
            "changes": [{"label": LABELS[each.block], "parts": each.parts} for each in entry.changes],
        }
        for entry in history(versions)
    ]
