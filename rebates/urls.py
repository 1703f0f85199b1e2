"""Addresses of the rebate pages."""

from __future__ import annotations

from django.urls import path

from rebates import (
    account_views,
    adjustment_views,
    checking_views,
    closing_views,
    deciding_views,
    journal_views,
    late_views,
    payment_answer_views,
    payment_hold_views,
    payment_views,
    statement_views,
    views,
)

app_name = "rebates"
urlpatterns = [
    path("partner/<slug:partner>/rebates/", views.partner_rebates, name="partner-rebates"),
    path("partner/<slug:partner>/rebates/<slug:program>/<slug:code>/<slug:period>/", views.explained, name="explained"),
    path(
        "vendor/<slug:vendor>/partners/<slug:number>/rebates/<slug:program>/<slug:code>/<slug:period>/",
        views.vendor_explained,
        name="vendor-explained",
    ),
    path("partner/<slug:partner>/account/", account_views.overview, name="account"),
    path(
        "partner/<slug:partner>/account/<slug:of>/<slug:currency>/",
        account_views.partner_statement,
        name="account-with",
    ),
    path("vendor/<slug:vendor>/accounts/", account_views.balances, name="accounts"),
    path("vendor/<slug:vendor>/accounts/<slug:number>/", account_views.vendor_statement, name="account-of-partner"),
    path(
        "vendor/<slug:vendor>/accounts/<slug:number>/<slug:currency>/",
        account_views.vendor_statement,
        name="account-of",
    ),
    path("partner/<slug:partner>/statements/", statement_views.partner_statements, name="statements"),
    path("partner/<slug:partner>/statements/<int:pk>/file/", statement_views.statement_file, name="statement-file"),
    path(
        "partner/<slug:partner>/statements/year/<int:year>/",
        statement_views.statements_of_year,
        name="statements-of-year",
    ),
    path("vendor/<slug:vendor>/statements/", statement_views.vendor_statements, name="statements-of-vendor"),
    path("vendor/<slug:vendor>/statements/<int:pk>/", statement_views.vendor_statement, name="statement-of-vendor"),
    path(
        "vendor/<slug:vendor>/statements/<int:pk>/file/",
        statement_views.vendor_statement_file,
        name="statement-file-of-vendor",
    ),
    path("vendor/<slug:vendor>/statements/<int:pk>/correct/", statement_views.correct, name="statement-correct"),
    path("vendor/<slug:vendor>/statements/letterhead/", statement_views.letterhead, name="letterhead"),
    path("vendor/<slug:vendor>/adjustments/", adjustment_views.adjustments, name="adjustments"),
    path("vendor/<slug:vendor>/adjustments/new/", adjustment_views.propose, name="adjustment-new"),
    path("vendor/<slug:vendor>/adjustments/<int:pk>/", adjustment_views.adjustment, name="adjustment"),
    path("vendor/<slug:vendor>/adjustments/<int:pk>/file/", adjustment_views.proof, name="adjustment-proof"),
    path("vendor/<slug:vendor>/adjustments/<int:pk>/book/", adjustment_views.book, name="adjustment-book"),
    path("vendor/<slug:vendor>/adjustments/<int:pk>/refuse/", adjustment_views.refuse, name="adjustment-refuse"),
    path("vendor/<slug:vendor>/adjustments/<int:pk>/withdraw/", adjustment_views.withdraw, name="adjustment-withdraw"),
    path("vendor/<slug:vendor>/closings/", closing_views.closings, name="closings"),
    path("vendor/<slug:vendor>/closings/late/", late_views.late, name="late"),
    path("vendor/<slug:vendor>/closings/<slug:program>/bounds/", deciding_views.bounds, name="bounds"),
    path("vendor/<slug:vendor>/closings/<slug:program>/<slug:period>/", closing_views.closing, name="closing"),
    path(
        "vendor/<slug:vendor>/closings/<slug:program>/<slug:period>/retry/", closing_views.retry, name="closing-retry"
    ),
    path(
        "vendor/<slug:vendor>/closings/<slug:program>/<slug:period>/start/", closing_views.start, name="closing-start"
    ),
    path(
        "vendor/<slug:vendor>/closings/<slug:program>/<slug:period>/progress/",
        closing_views.progress,
        name="closing-progress",
    ),
    path(
        "vendor/<slug:vendor>/closings/<slug:program>/<slug:period>/comment/",
        deciding_views.comment_total,
        name="closing-comment",
    ),
    path(
        "vendor/<slug:vendor>/closings/<slug:program>/<slug:period>/held/<int:pk>/",
        deciding_views.accept_amount,
        name="closing-accept",
    ),
    path("vendor/<slug:vendor>/accounting/", journal_views.accounting, name="accounting"),
    path("vendor/<slug:vendor>/accounting/export/", journal_views.take, name="accounting-export"),
    path("vendor/<slug:vendor>/accounting/settings/", journal_views.settings, name="accounting-settings"),
    path("vendor/<slug:vendor>/payments/", payment_views.runs, name="payments"),
    path("vendor/<slug:vendor>/payments/propose/", payment_views.propose, name="payment-propose"),
    path("vendor/<slug:vendor>/payments/settings/", payment_hold_views.settings, name="payment-settings"),
    path("vendor/<slug:vendor>/payments/answers/", payment_answer_views.answers, name="payment-answers"),
    path(
        "vendor/<slug:vendor>/payments/answers/<int:pk>/file/",
        payment_answer_views.answer_file,
        name="payment-answer-file",
    ),
    path("vendor/<slug:vendor>/payments/answers/lines/<int:pk>/", payment_answer_views.look_at, name="payment-look-at"),
    path("vendor/<slug:vendor>/payments/holds/", payment_hold_views.holds, name="payment-holds"),
    path("vendor/<slug:vendor>/payments/holds/new/", payment_hold_views.new_hold, name="payment-hold-new"),
    path("vendor/<slug:vendor>/payments/holds/<int:pk>/", payment_hold_views.hold, name="payment-hold"),
    path("vendor/<slug:vendor>/payments/holds/<int:pk>/ask/", payment_hold_views.ask_release, name="payment-hold-ask"),
    path(
        "vendor/<slug:vendor>/payments/holds/<int:pk>/release/",
        payment_hold_views.release,
        name="payment-hold-release",
    ),
    path("vendor/<slug:vendor>/payments/holds/<int:pk>/keep/", payment_hold_views.keep, name="payment-hold-keep"),
    path("vendor/<slug:vendor>/payments/<int:number>/", payment_views.run, name="payment-run"),
    path("vendor/<slug:vendor>/payments/<int:number>/approve/", payment_views.approve, name="payment-approve"),
    path("vendor/<slug:vendor>/payments/<int:number>/cancel/", payment_views.cancel, name="payment-cancel"),
    path("vendor/<slug:vendor>/payments/<int:number>/another/", payment_views.another_file, name="payment-another"),
    path(
        "vendor/<slug:vendor>/payments/<int:number>/files/<int:file>/file/",
        payment_views.take_file,
        name="payment-file",
    ),
    path(
        "vendor/<slug:vendor>/payments/<int:number>/files/<int:file>/release/",
        payment_views.release_file,
        name="payment-release",
    ),
    path("vendor/<slug:vendor>/payments/<int:number>/<int:pk>/", payment_answer_views.payment, name="payment"),
    path("vendor/<slug:vendor>/ledger/", checking_views.ledger, name="ledger"),
    path("vendor/<slug:vendor>/ledger/check/", checking_views.check_now, name="ledger-check"),
    path("vendor/<slug:vendor>/ledger/release/", checking_views.go_on, name="ledger-release"),
]
