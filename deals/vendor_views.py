"""Deals at the vendor: all of them by its clock, one of them with what is similar beside it, and the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.access import VENDOR
from common.downloads import download
from common.errors import DomainError
from common.registry import Text
from common.requests import UNPROCESSABLE, PersonRequest
from deals import deciding, protecting, vendor_selectors
from deals.acting import act_of
from deals.comparing import besides
from deals.figures import decision_times, together
from deals.models import OPEN, RUNNING, Deal, DealFile, Extension
from deals.moving import MovedOn, meanwhile
from deals.opening import record_opening
from deals.rights import Hindrance, hindrance, may_decide
from deals.rules import CHANGING_ROLES
from deals.vendor_forms import ASK_BACK, DUPLICATE, KEYS, PROTECT, REFUSE, YES, DecisionForm, ExtensionForm
from deals.vendor_page import extension_facts, page_of
from deals.vendor_selectors import LOOKED_BACK
from deals.vendor_tables import DealFilter, VendorDealTable, vendor_url
from deals.wording import TONES, business_days, state_for_vendor, title_of
from programs.deciding import DECIDING_ROLES
from programs.entering import VendorListPage, in_vendor
from programs.models import Vendor

State = Deal.State
ON_BOARD = 20
"""Deals in a column of the board."""
COLUMNS: Sequence[tuple[tuple[Deal.State, ...], str]] = (
    ((State.SUBMITTED,), ""), ((State.ASKED_BACK,), ASK_BACK), ((State.PROTECTED,), PROTECT), ((State.WON,), ""),
    ((State.LOST, State.LAPSED, State.WITHDRAWN), ""), ((State.REFUSED, State.DUPLICATE), REFUSE),
)  # fmt: skip
"""The states of each, and the decision that dragging a deal there begins."""
PLACES: Mapping[str, Text] = {
    ASK_BACK: gettext_lazy("Ask back"), PROTECT: gettext_lazy("Protect"), REFUSE: gettext_lazy("Refuse"),
}  # fmt: skip

WHY_NOT: Mapping[Hindrance, Text] = {
    Hindrance.ROLE: gettext_lazy("Channel managers and admins of the vendor decide about deals. You may read them."),
    Hindrance.ENTERED: gettext_lazy("You have entered this deal for the partner. Somebody else decides about it."),
    Hindrance.COMPANY: gettext_lazy("You work for this company. Somebody else decides about its deals."),
}


class DealsPage(VendorListPage):
    """What waits, in figures; then all of them, what is due first on top."""

    table_class = VendorDealTable
    filterset_class = DealFilter
    template_name = "deals/vendor/list.html"
    export_name = "deals"

    def rows(self) -> QuerySet[Deal]:
        return vendor_selectors.deals_at(vendor=self.vendor, actor=self.request.actor)

    def context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        slug, actor, today = self.vendor.slug, self.request.actor, self.request.today
        decided = Deal.objects.visible_to(actor).filter(vendor=self.vendor, submitted_at__date__gte=today - LOOKED_BACK)
        following = vendor_selectors.next_to_decide(vendor=self.vendor, actor=actor)
        decides = actor.has(VENDOR, self.vendor.pk, *DECIDING_ROLES)
        times = together(decision_times(decided, self.vendor).values())
        return {
            "waits": vendor_selectors.waits_at(vendor=self.vendor, actor=actor, today=today),
            "times": times,
            "times_text": business_days(times.median),
            "next_url": vendor_url(following) if decides and following is not None else "",
            "new_url": reverse("deals:vendor-deal-new", args=[slug]) if decides else "",
            "board_url": reverse("deals:vendor-board", args=[slug]),
            "figures_url": reverse("deals:figures", args=[slug]),
            "rules_url": reverse("deals:rules", args=[slug])
            if actor.has(VENDOR, self.vendor.pk, *CHANGING_ROLES)
            else "",
        }


deals = in_vendor()(DealsPage.as_view())


@in_vendor()
def board(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """The same deals by state, so many in each column."""
    found = vendor_selectors.deals_at(vendor=vendor, actor=request.actor)
    list_url = reverse("deals:vendor-deals", args=[vendor.slug])
    columns = []
    for states, place in COLUMNS:
        of_column = found.filter(state__in=states)
        columns.append(
            {
                "label": " / ".join(str(state.label).capitalize() for state in states),
                "count": of_column.count(),
                "url": f"{list_url}?state={states[0].value}" if len(states) == 1 else list_url,
                "deals": [_on_board(deal, request) for deal in of_column[:ON_BOARD]],
                "place": place,
                "place_label": PLACES.get(place, ""),
            }
        )
    context = {"columns": columns, "list_url": list_url}
    return render(request, "deals/vendor/board.html", context)


def _on_board(deal: Any, request: PersonRequest) -> dict[str, Any]:
    return {
        "deal": deal,
        "title": title_of(deal),
        "url": vendor_url(deal),
        "state": state_for_vendor(deal),
        "tone": TONES[deal.state],
        "overdue": deal.clock is not None and deal.clock < request.today,
        "drops": _drops(deal, request),
    }


def _drops(deal: Any, request: PersonRequest) -> list[tuple[str, str]]:
    """Where it may be dragged to, and the page that asks there for what the decision needs, or says why not."""
    if deal.state not in OPEN or not request.actor.has(VENDOR, deal.vendor_id, *DECIDING_ROLES):
        return []
    elsewhere = [place for states, place in COLUMNS if place and deal.state not in states]
    return [(place, f"{vendor_url(deal)}?outcome={place}#decide") for place in elsewhere]


# --- one of them -----------------------------------------------------------------------------------------------------


@in_vendor()
def deal(request: PersonRequest, vendor: Vendor, number: str, deal: int) -> HttpResponse:
    """What it says beside what is similar, and the decision."""
    found = _found(request, vendor, number, deal)
    if found.state == State.DRAFT:
        return redirect("deals:vendor-deal-write", vendor.slug, number, deal)
    return _page(request, found)


@in_vendor(*DECIDING_ROLES)
def decide(request: PersonRequest, vendor: Vendor, number: str, deal: int) -> HttpResponse:
    """Protect, refuse, ask back, or say whose project it is; then comes the next that waits."""
    found = _to_decide(request, vendor, number, deal)
    if request.method != "POST":
        return redirect(vendor_url(found))
    if found.state not in OPEN:
        last = found.steps.select_related("author").last()
        return _page(request, found, decision=request.POST, error=MovedOn(meanwhile(last)))
    similar = besides(found, request.today)
    form = DecisionForm(request.POST, deal=found, besides=similar, today=request.today)
    if form.is_valid():
        try:
            text = _decide(request, found, form)
        except DomainError as error:
            return _page(request, _found(request, vendor, number, deal), decision=request.POST, error=error)
        messages.success(request, text % {"title": title_of(found), "partner": found.partner.name})
        return _next(request, vendor, found)
    return _page(request, found, decision=request.POST)


def _decide(request: PersonRequest, found: Deal, form: DecisionForm) -> str:
    """Take the step; what to say about it."""
    given = form.cleaned_data
    act, text = act_of(request, given["seen"]), given["text"]
    if given["outcome"] == PROTECT:
        deciding.approve(deal=found, protection=form.protection, text=text, act=act)
        return _("%(title)s is protected for %(partner)s.")
    if given["outcome"] == DUPLICATE:
        deciding.mark_duplicate(deal=found, other=form.owners[given["other"]], act=act)
        return _("%(partner)s is told that %(title)s is already protected.")
    if given["outcome"] == ASK_BACK:
        deciding.ask_back(deal=found, text=text, act=act)
        return _("Your question about %(title)s is with %(partner)s.")
    deciding.refuse(deal=found, text=text, act=act)
    return _("%(title)s is refused, and %(partner)s has your reason.")


def _next(request: PersonRequest, vendor: Vendor, after: Deal) -> HttpResponse:
    following = vendor_selectors.next_to_decide(vendor=vendor, actor=request.actor, after=after)
    if following is None:
        messages.info(request, _("No other deal waits for your decision."))
        return redirect("deals:vendor-deals", vendor.slug)
    return redirect(vendor_url(following))


@in_vendor(*DECIDING_ROLES)
def extension(request: PersonRequest, vendor: Vendor, number: str, deal: int) -> HttpResponse:
    """Protect it for longer, or leave the protection as it is."""
    found = _to_decide(request, vendor, number, deal)
    asked = found.extensions.filter(state=Extension.State.OPEN).first()
    if request.method != "POST":
        return redirect(vendor_url(found))
    if asked is None:
        messages.error(request, _("This request was decided meanwhile."))
        return redirect(vendor_url(found))
    form = ExtensionForm(request.POST, prefix="longer", extension=asked)
    if form.is_valid():
        given = form.cleaned_data
        try:
            protecting.decide_extension(
                extension=asked, granted=given["granted"] == YES, text=given["text"], act=act_of(request, given["seen"])
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%(partner)s has your answer.") % {"partner": found.partner.name})
            return redirect("deals:vendor-deals", vendor.slug)
    return _page(request, _found(request, vendor, number, deal), longer=form)


@in_vendor()
def file(request: PersonRequest, vendor: Vendor, number: str, deal: int, pk: int) -> HttpResponse:
    """An attachment as it came."""
    found = _found(request, vendor, number, deal)
    record_opening(deal=found, actor=request.actor, now=timezone.now())
    kept = get_object_or_404(DealFile.objects.visible_to(request.actor).filter(deal=found), pk=pk)
    return download(kept.content, kept.file_name)


def _found(request: PersonRequest, vendor: Vendor, number: str, deal: int) -> Any:
    at_vendor = vendor_selectors.deals_at(vendor=vendor, actor=request.actor)
    related = at_vendor.select_related("duplicate_of__partner", "duplicate_of__vendor")
    return get_object_or_404(related, partner__number=number, number=deal)


def _to_decide(request: PersonRequest, vendor: Vendor, number: str, deal: int) -> Any:
    found = _found(request, vendor, number, deal)
    if not may_decide(request.actor, found):
        raise PermissionDenied
    return found


def _page(
    request: PersonRequest,
    found: Deal,
    *,
    decision: Any = None,
    error: DomainError | None = None,
    longer: ExtensionForm | None = None,
) -> HttpResponse:
    """`decision`: what was sent, where it comes back; `error`: why it was not taken."""
    similar = besides(found, request.today) if found.state in RUNNING else []
    # Before anything is shown. Not of what stands beside it: its partner would read that somebody has the same project.
    record_opening(deal=found, actor=request.actor, now=timezone.now())
    chosen = request.GET.get("outcome", "")
    form = DecisionForm(decision, deal=found, besides=similar, today=request.today, chosen=chosen)
    if error is not None:
        form.refuse(error)
    form.read(found.version)
    asked = found.extensions.filter(state=Extension.State.OPEN).select_related("asked_by").first()
    if asked is not None and longer is None:
        longer = ExtensionForm(prefix="longer", extension=asked, initial={"seen": found.version})
    why_not = hindrance(request.actor, found)
    context = {
        **page_of(found, similar, actor=request.actor, today=request.today),
        "form": form if found.state in OPEN and why_not is None else None,
        "outcomes": [(radio, KEYS[radio.data["value"]]) for radio in form["outcome"]],
        "ticked": form.ticked,
        "why_not": WHY_NOT[why_not] if why_not is not None and (found.state in OPEN or asked is not None) else "",
        "extension": asked,
        "extension_facts": extension_facts(asked, request.today) if asked is not None else (),
        "longer_form": longer if asked is not None and why_not is None else None,
        # Somebody was faster: the form is gone, but not what was typed into it.
        "lost": str(error) if error is not None and found.state not in OPEN else "",
        "typed": form.data.get("text", "") if error is not None else "",
        "later_url": _later(request, found) if why_not is None and found.state == State.SUBMITTED else "",
    }
    failed = decision is not None or (longer is not None and longer.errors)
    return render(request, "deals/vendor/deal.html", context, status=UNPROCESSABLE if failed else 200)


def _later(request: PersonRequest, found: Deal) -> str:
    """Where the next one is, for whoever leaves this one for later."""
    following = vendor_selectors.next_to_decide(vendor=found.vendor, actor=request.actor, after=found)
    return vendor_url(following) if following is not None else ""
