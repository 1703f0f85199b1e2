"""What a vendor's bookkeeping needs to take the journal over, and which parts of the journal it was given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

import pghistory
import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from programs.models import OfVendor, Vendor
from rebates.models.closings import FACT
from rebates.models.ledger import Posting, kept_whole

Account = Posting.Account


class Chart(models.TextChoices):
    """Charts of accounts, those that DATEV has by its numbers."""

    SKR03 = "03", "SKR03"
    SKR04 = "04", "SKR04"
    OWN = "own", _("a chart of our own")


# Granted rebates, other liabilities, other assets, money in transit, bank, transitory items: none of them calculates
# tax by itself.
DEFAULTS: Mapping[str, Mapping[str, str]] = {
    Chart.SKR03: {
        Account.EXPENSE: "8769", Account.OWED: "1700", Account.CARRIED: "1500", Account.IN_PAYMENT: "1360",
        Account.PAID: "1200", Account.RETURNED: "1590",
    },
    Chart.SKR04: {
        Account.EXPENSE: "4769", Account.OWED: "3500", Account.CARRIED: "1300", Account.IN_PAYMENT: "1460",
        Account.PAID: "1800", Account.RETURNED: "1370",
    },
}  # fmt: skip


def _number(label: Any, account: str) -> Any:
    only_digits = RegexValidator(r"^[0-9]*[1-9][0-9]*\Z", _("Digits only, and not only zeros."))
    return models.CharField(label, max_length=9, default=DEFAULTS[Chart.SKR03][account], validators=[only_digits])


@pghistory.track()
class AccountingSettings(models.Model):
    """Numbers under which a vendor's bookkeeping knows itself and the accounts of the ledger.

    A vendor without a row has the defaults. `account_length` is that of general ledger accounts; accounts of debtors
    and creditors have a digit more. The fiscal year begins on the first day of `fiscal_year_begins`.
    """

    vendor = models.OneToOneField(Vendor, primary_key=True, on_delete=models.PROTECT, related_name="+")
    chart = models.CharField(_("chart of accounts"), max_length=3, choices=Chart, default=Chart.SKR03)
    account_length = models.PositiveSmallIntegerField(
        _("digits of an account"), default=4, validators=[MinValueValidator(4), MaxValueValidator(8)],
        help_text=_("Of general ledger accounts; a debtor's or creditor's account may have a digit more."),
    )  # fmt: skip
    expense = _number(Account.EXPENSE.label, Account.EXPENSE)
    owed = _number(Account.OWED.label, Account.OWED)
    carried = _number(Account.CARRIED.label, Account.CARRIED)
    in_payment = _number(Account.IN_PAYMENT.label, Account.IN_PAYMENT)
    paid = _number(Account.PAID.label, Account.PAID)
    returned = _number(Account.RETURNED.label, Account.RETURNED)
    fiscal_year_begins = models.PositiveSmallIntegerField(
        _("fiscal year begins on the first of"), choices=list(MONTHS.items()), default=1
    )
    consultant_number = models.PositiveIntegerField(
        _("consultant number"), null=True, blank=True,
        validators=[MinValueValidator(1001), MaxValueValidator(9_999_999)],
        help_text=_("Of the tax consultant at DATEV; only files for DATEV need it."),
    )  # fmt: skip
    client_number = models.PositiveIntegerField(
        _("client number"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(99_999)],
        help_text=_("Under which the tax consultant keeps your company; only files for DATEV need it."),
    )  # fmt: skip

    objects = OfVendor.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(account_length__range=(4, 8)), name="account_length_of_datev"),
            models.CheckConstraint(condition=Q(fiscal_year_begins__range=(1, 12)), name="fiscal_year_begins_in_month"),
            models.CheckConstraint(condition=Q(consultant_number__range=(1001, 9_999_999)), name="consultant_of_datev"),
            models.CheckConstraint(condition=Q(client_number__range=(1, 99_999)), name="client_of_datev"),
        ]

    @property
    def numbers(self) -> dict[str, str]:
        """The account numbers, by account of the ledger."""
        return {account: getattr(self, account) for account in Account.values}

    @property
    def known_to_datev(self) -> bool:
        return self.consultant_number is not None and self.client_number is not None

    def fiscal_year_of(self, day: date) -> date:
        """The first day of the fiscal year in which the day lies."""
        return date(day.year - (day.month < self.fiscal_year_begins), self.fiscal_year_begins, 1)

    def clean(self) -> None:
        """Each account of the ledger has a number of its own, as long as numbers of the chart are."""
        length, used = self.account_length, Counter(self.numbers.values())
        wrong = {}
        for account, number in self.numbers.items():
            if len(number) not in (length, length + 1):
                text = _now("An account has %(length)s digits here, a debtor's or creditor's one more.")
                wrong[account] = text % {"length": length}
            elif used[number] > 1:
                wrong[account] = _now("Two accounts have this number: a file could not tell them apart.")
        if wrong:
            raise ValidationError(wrong)


class JournalExport(models.Model):
    """A part of the journal that somebody took: which days of booking, in which format, and what exactly.

    `start` and `end` are half-open. `made_by` is empty where a command did it. `sha256` is that of the file: the same
    days give the same file again, as long as they are over and the settings stay.
    """

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        DATEV = "datev", "DATEV"
        HLEDGER = "hledger", "hledger"

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    format = models.CharField(_("format"), max_length=8, choices=Format)
    language = models.CharField(max_length=5)
    start = models.DateField(_("from"))
    end = models.DateField(help_text=_("First day after."))
    entries = models.PositiveIntegerField()
    sha256 = models.CharField(_("checksum"), max_length=64)
    made_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made"))

    objects = OfVendor.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [models.CheckConstraint(condition=Q(start__lt=F("end")), name="export_has_days")]
        triggers = [
            pgtrigger.Protect(name="exports_stay", operation=FACT),
            kept_whole("exports_are_kept"),
        ]
