"""Registering a company in three steps: the company, its programs, reading it over and sending it."""

from __future__ import annotations

from typing import Any

from allauth.core.ratelimit import consume_or_429
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.companies import Company
from common.errors import DomainError
from common.formats import date_long
from common.models import User
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Fact, Stage
from partners import access_requests, registration
from partners.registration_forms import ApplyForm, CompanyForm, ProgramsForm, country_choices
from programs.models import Program
from programs.office_days import DECIDED_WITHIN, office_day_after
from programs.texts import all_in_language

COMPANY_FIELDS = tuple(CompanyForm.base_fields)
LONGEST_KEPT = 500


@require_GET
def begin(request: Any) -> HttpResponse:
    """What registering takes; who is signed in goes on where they left."""
    asked = {"program": request.GET["program"]} if request.GET.get("program") else {}
    if request.user.is_authenticated:
        address = reverse("partners:register-company")
        return redirect(f"{address}?{urlencode(asked)}" if asked else address)
    here = f"{reverse('partners:register')}?{urlencode(asked)}" if asked else reverse("partners:register")
    programs = Program.objects.taking_applications(day=request.today)
    wanted = next((each for each in programs if each.slug == asked.get("program")), None)
    context = {
        "program": wanted,
        "minutes": wanted.minutes if wanted is not None else max((each.minutes for each in programs), default=10),
        "documents": all_in_language(wanted.documents) if wanted is not None else [],
        "sign_up_url": f"{reverse('account_signup')}?{urlencode({'next': here})}",
        "sign_in_url": f"{reverse('account_login')}?{urlencode({'next': here})}",
    }
    return render(request, "partners/register.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def company(request: PersonRequest) -> HttpResponse:
    """The first step. What was typed is kept, right or wrong."""
    typed = registration.typed_by(request.user)
    programs = Program.objects.taking_applications(day=request.today)
    countries = {code for each in programs for code in each.countries}
    names = {"first_name": request.user.first_name, "last_name": request.user.last_name}
    initial = {**names, **typed.get("company", {})}
    form = CompanyForm(request.POST or None, countries=countries, initial=initial)
    if request.method == "POST":
        kept: dict[str, Any] = {"company": _company_typed(request.POST)}
        if asked := request.GET.get("program"):
            kept["programs"] = sorted({*typed.get("programs", []), asked[:50]})[:100]
        if form.is_valid() and not _doubtful(form, typed):
            registration.remember(user=request.user, typed={**kept, "doubted_vat_id": ""}, now=timezone.now())
            return redirect("partners:register-programs")
        kept["doubted_vat_id"] = kept["company"]["vat_id"]
        registration.remember(user=request.user, typed=kept, now=timezone.now())
    if not countries:
        return render(request, "partners/register_nothing.html")
    context = {"form": form, "stages": _stages("company"), "resumed": bool(typed) and not form.is_bound}
    return render(request, "partners/register_company.html", context, status=UNPROCESSABLE if form.errors else 200)


def _doubtful(form: CompanyForm, typed: dict[str, Any]) -> bool:
    """Whether to warn of a VAT id that cannot be one. Typed once more it is taken: a person will look at it."""
    vat_id = form.cleaned_data["vat_id"]
    if not vat_id or registration.looks_like_vat_id(vat_id, form.cleaned_data["country"]):
        return False
    if typed.get("doubted_vat_id") == vat_id:
        return False
    form.add_error(
        "vat_id", _("This does not look like a VAT id. Please check it; if it is right, just send it once more.")
    )
    return True


@login_required
@require_POST
def keep(request: PersonRequest) -> HttpResponse:
    """What is typed in the first step is kept as one goes: a page that is closed loses nothing."""
    registration.remember(user=request.user, typed={"company": _company_typed(request.POST)}, now=timezone.now())
    return HttpResponse(status=204)


def _company_typed(data: QueryDict) -> dict[str, str]:
    # PostgreSQL's text has no zero byte.
    return {name: data.get(name, "").replace("\0", "")[:LONGEST_KEPT].strip() for name in COMPANY_FIELDS}


@login_required
@require_http_methods(["GET", "POST"])
def programs(request: PersonRequest) -> HttpResponse:
    """The second step: which programs."""
    typed = registration.typed_by(request.user)
    if _company_of(request, typed) is None:
        return redirect("partners:register-company")
    country = typed["company"]["country"]
    offered = [each for each in Program.objects.taking_applications(day=request.today) if country in each.countries]
    chosen = typed.get("programs", []) or ([offered[0].slug] if len(offered) == 1 else [])
    form = ProgramsForm(request.POST or None, programs=offered, initial={"programs": chosen})
    if request.method == "POST":
        kept = [slug[:50] for slug in request.POST.getlist("programs")][:100]
        registration.go_on(user=request.user, typed={"programs": kept}, now=timezone.now())
        if form.is_valid():
            return redirect("partners:register-confirm")
    context = {"form": form, "stages": _stages("programs"), "offered": offered, "company": typed["company"]}
    return render(request, "partners/register_programs.html", context, status=UNPROCESSABLE if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def confirm(request: PersonRequest) -> HttpResponse:
    """The last step: the programs' questions, their terms, and all of it once more to read."""
    typed = registration.typed_by(request.user)
    form = _company_of(request, typed)
    if form is None:
        if registration.undecided_of(request.user):
            # Sent from another window, or sent twice.
            return redirect("partners:registered")
        return redirect("partners:register-company")
    chosen = _chosen(request, typed)
    if not chosen:
        return redirect("partners:register-programs")
    data = request.POST if request.method == "POST" else None
    asked = [ApplyForm(data, program=each, initial=_answers_typed(typed, each)) for each in chosen]
    if data is not None:
        _keep_answers(request, asked)
        wrong = [each for each in asked if not each.is_valid()]
        if not wrong and _register(request, form, asked):
            return redirect("partners:registered")
    failed = any(each.errors for each in asked)
    due = max(office_day_after(each.vendor, request.today, DECIDED_WITHIN) for each in chosen)
    context = {
        "forms": asked,
        "stages": _stages("confirm"),
        "facts": _facts(form),
        "due": date_long(due),
    }
    return render(request, "partners/register_confirm.html", context, status=UNPROCESSABLE if failed else 200)


def _register(request: PersonRequest, form: CompanyForm, asked: list[ApplyForm]) -> bool:
    facts = form.facts(form.cleaned_data, (get_language() or "de")[:2])
    try:
        registration.register(
            user=request.user,
            company=facts,
            wanted=[each.wanted for each in asked],
            now=timezone.now(),
            today=request.today,
        )
    except registration.RegisteredAlready:
        return True
    except DomainError as error:
        asked[0].refuse(error)
        return False
    _name(request.user, form)
    return True


def _name(user: User, form: CompanyForm) -> None:
    """The person's name, where they gave one."""
    given = {name: form.cleaned_data[name] for name in ("first_name", "last_name") if form.cleaned_data[name]}
    if given:
        User.objects.filter(pk=user.pk).update(**given)


@login_required
@require_GET
def registered(request: PersonRequest) -> HttpResponse:
    """What happens next, and until when."""
    undecided = registration.undecided_of(request.user)
    if not undecided:
        return redirect("home")
    number = undecided[0].partner.number
    context = {
        "stages": _stages("done"),
        "rows": [
            {
                "program": each.program.name,
                "vendor": each.program.vendor.name,
                "due": date_long(each.due_on),
                "url": reverse("partners:own-application", args=[each.partner.number, each.pk]),
            }
            for each in undecided
        ],
        "company_url": reverse("partner-dashboard", args=[number]),
    }
    return render(request, "partners/registered.html", context)


@login_required
@require_POST
def ask_for_access(request: PersonRequest) -> HttpResponse:
    """Ask the owners of the company to be let in. The answer is the same, whether it is registered or not."""
    if (refused := consume_or_429(request, action="ask_for_access", user=request.user)) is not None:
        return refused
    typed = registration.typed_by(request.user).get("company", {})
    known = Company(
        name=typed.get("name", ""),
        postcode=typed.get("postcode", ""),
        city=typed.get("city", ""),
        vat_id=typed.get("vat_id", ""),
        email_domain=request.user.email.rpartition("@")[2],
    )
    access_requests.ask_for_access(user=request.user, company=known, now=timezone.now())
    messages.success(
        request,
        _("If your company is registered, its owners have a mail from us now. You get one as soon as they let you in."),
    )
    return redirect("partners:register-company")


# --- what the steps share --------------------------------------------------------------------------------------------


def _stages(now: str) -> list[Stage]:
    names = {
        "company": _("Company"),
        "programs": _("Programs"),
        "confirm": _("Read over and send"),
        "done": _("What happens next"),
    }
    place = list(names).index(now)
    return [
        Stage(label, "done" if number < place else "current" if number == place else "ahead")
        for number, label in enumerate(names.values())
    ]


def _company_of(request: PersonRequest, typed: dict[str, Any]) -> CompanyForm | None:
    """The first step as it was kept, checked anew; None where it is not complete."""
    offered = Program.objects.taking_applications(day=request.today)
    countries = {code for each in offered for code in each.countries}
    form = CompanyForm(typed.get("company", {}), countries=countries)
    return form if form.is_valid() else None


def _chosen(request: PersonRequest, typed: dict[str, Any]) -> list[Program]:
    country = typed["company"]["country"]
    offered = Program.objects.taking_applications(day=request.today)
    return [each for each in offered if each.slug in typed.get("programs", []) and country in each.countries]


def _answers_typed(typed: dict[str, Any], program: Program) -> dict[str, str]:
    found: dict[str, str] = typed.get("answers", {}).get(program.slug, {})
    return found


def _keep_answers(request: PersonRequest, asked: list[ApplyForm]) -> None:
    answers = {
        each.program.slug: {
            question["code"]: request.POST.get(each.add_prefix(question["code"]), "").replace("\0", "")[:5000]
            for question in each.program.questions
        }
        for each in asked
    }
    registration.go_on(user=request.user, typed={"answers": answers}, now=timezone.now())


def _facts(form: CompanyForm) -> list[Fact]:
    given = form.cleaned_data
    country = dict(country_choices([given["country"]])).get(given["country"], given["country"])
    facts = [
        Fact(_("Company"), given["name"]),
        Fact(_("Address"), given["street"], hint=f"{given['postcode']} {given['city']}, {country}"),
    ]
    more = {_("VAT id"): given["vat_id"], _("Website"): given["website"], _("Telephone"): given["phone"]}
    facts += [Fact(label, value) for label, value in more.items() if value]
    person = f"{given['first_name']} {given['last_name']}".strip()
    return [*facts, Fact(_("Contact"), person)] if person else facts
