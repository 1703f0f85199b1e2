"""Addresses of the sales pages."""

from __future__ import annotations

from django.urls import path

from sales import (
    article_views,
    claim_vendor_views,
    claim_views,
    customer_views,
    doubt_views,
    merge_views,
    number_views,
    report_views,
    sale_views,
    upload_views,
)

app_name = "sales"
urlpatterns = [
    path("vendor/<slug:vendor>/reports/", report_views.vendor_reports, name="vendor-reports"),
    path("vendor/<slug:vendor>/reports/upload/", upload_views.vendor_upload, name="vendor-upload"),
    path("vendor/<slug:vendor>/reports/upload/<int:pk>/", upload_views.vendor_upload_page, name="vendor-upload-page"),
    path(
        "vendor/<slug:vendor>/reports/upload/<int:pk>/layout/",
        upload_views.vendor_upload_layout,
        name="vendor-upload-layout",
    ),
    path(
        "vendor/<slug:vendor>/reports/upload/<int:pk>/start/",
        upload_views.vendor_upload_start,
        name="vendor-upload-start",
    ),
    path(
        "vendor/<slug:vendor>/reports/upload/<int:pk>/replace/",
        upload_views.vendor_upload_replace,
        name="vendor-upload-replace",
    ),
    path(
        "vendor/<slug:vendor>/reports/upload/<int:pk>/discard/",
        upload_views.vendor_upload_discard,
        name="vendor-upload-discard",
    ),
    path(
        "vendor/<slug:vendor>/reports/upload/<int:pk>/errors/",
        upload_views.vendor_upload_errors,
        name="vendor-upload-errors",
    ),
    path("vendor/<slug:vendor>/reports/<int:pk>/", report_views.vendor_report, name="vendor-report"),
    path("vendor/<slug:vendor>/reports/<int:pk>/file/", report_views.vendor_report_file, name="vendor-report-file"),
    path("vendor/<slug:vendor>/customers/", customer_views.customers, name="customers"),
    path("vendor/<slug:vendor>/customers/book/", customer_views.book_waiting, name="book-waiting"),
    path("vendor/<slug:vendor>/customers/<int:row>/", customer_views.customer, name="customer"),
    path("vendor/<slug:vendor>/customers/<int:row>/match/", customer_views.match_customer, name="match-customer"),
    path("vendor/<slug:vendor>/customers/<int:row>/dismiss/", customer_views.dismiss_customer, name="dismiss-customer"),
    path("vendor/<slug:vendor>/customers/<int:row>/recall/", customer_views.recall_customer, name="recall-customer"),
    path("vendor/<slug:vendor>/customers/<int:row>/invite/", customer_views.invite_customer, name="invite-customer"),
    path("vendor/<slug:vendor>/customers/numbers/", number_views.customer_numbers, name="customer-numbers"),
    path("vendor/<slug:vendor>/customers/numbers/<int:pk>/", number_views.customer_number, name="customer-number"),
    path(
        "vendor/<slug:vendor>/customers/numbers/<int:pk>/change/",
        number_views.change_customer_number,
        name="change-customer-number",
    ),
    path("vendor/<slug:vendor>/articles/", article_views.articles, name="articles"),
    path("vendor/<slug:vendor>/articles/<int:row>/", article_views.article, name="article"),
    path("vendor/<slug:vendor>/articles/<int:row>/match/", article_views.match_article, name="match-article"),
    path("vendor/<slug:vendor>/articles/<int:row>/dismiss/", article_views.dismiss_article, name="dismiss-article"),
    path("vendor/<slug:vendor>/articles/<int:row>/recall/", article_views.recall_article, name="recall-article"),
    path("vendor/<slug:vendor>/articles/numbers/", number_views.article_numbers, name="article-numbers"),
    path("vendor/<slug:vendor>/articles/numbers/<int:pk>/", number_views.article_number, name="article-number"),
    path(
        "vendor/<slug:vendor>/articles/numbers/<int:pk>/change/",
        number_views.change_article_number,
        name="change-article-number",
    ),
    path("vendor/<slug:vendor>/doubts/", doubt_views.doubts, name="doubts"),
    path("vendor/<slug:vendor>/doubts/accept/", doubt_views.accept_rows, name="accept-rows"),
    path("vendor/<slug:vendor>/doubts/reject/", doubt_views.reject_rows, name="reject-rows"),
    path("vendor/<slug:vendor>/doubts/recall/", doubt_views.recall_rows, name="recall-rows"),
    path("vendor/<slug:vendor>/sales/<int:pk>/", sale_views.vendor_sale, name="vendor-sale"),
    path("distributor/<slug:distributor>/", report_views.distributor_reports, name="distributor-reports"),
    path("distributor/<slug:distributor>/upload/", upload_views.distributor_upload, name="distributor-upload"),
    path(
        "distributor/<slug:distributor>/upload/<int:pk>/",
        upload_views.distributor_upload_page,
        name="distributor-upload-page",
    ),
    path(
        "distributor/<slug:distributor>/upload/<int:pk>/layout/",
        upload_views.distributor_upload_layout,
        name="distributor-upload-layout",
    ),
    path(
        "distributor/<slug:distributor>/upload/<int:pk>/start/",
        upload_views.distributor_upload_start,
        name="distributor-upload-start",
    ),
    path(
        "distributor/<slug:distributor>/upload/<int:pk>/replace/",
        upload_views.distributor_upload_replace,
        name="distributor-upload-replace",
    ),
    path(
        "distributor/<slug:distributor>/upload/<int:pk>/discard/",
        upload_views.distributor_upload_discard,
        name="distributor-upload-discard",
    ),
    path(
        "distributor/<slug:distributor>/upload/<int:pk>/errors/",
        upload_views.distributor_upload_errors,
        name="distributor-upload-errors",
    ),
    path(
        "distributor/<slug:distributor>/reports/<int:pk>/", report_views.distributor_report, name="distributor-report"
    ),
    path(
        "distributor/<slug:distributor>/reports/<int:pk>/file/",
        report_views.distributor_report_file,
        name="distributor-report-file",
    ),
    path("partner/<slug:partner>/sales/", sale_views.partner_sales, name="partner-sales"),
    path("partner/<slug:partner>/sales/<int:pk>/", sale_views.partner_sale, name="partner-sale"),
    path("partner/<slug:partner>/questions/", claim_views.partner_claims, name="partner-claims"),
    path("partner/<slug:partner>/questions/new/", claim_views.ask_missing, name="ask-missing"),
    path("partner/<slug:partner>/questions/new/<slug:kind>/<int:pk>/", claim_views.ask_about, name="ask-about"),
    path("partner/<slug:partner>/questions/<int:pk>/", claim_views.partner_claim, name="partner-claim"),
    path("partner/<slug:partner>/questions/<int:pk>/reply/", claim_views.reply, name="reply"),
    path("partner/<slug:partner>/questions/<int:pk>/withdraw/", claim_views.withdraw, name="withdraw"),
    path("partner/<slug:partner>/questions/messages/<int:pk>/file/", claim_views.partner_proof, name="partner-proof"),
    path("vendor/<slug:vendor>/partners/<slug:number>/merge/", merge_views.merge, name="merge"),
    path("vendor/<slug:vendor>/questions/", claim_vendor_views.vendor_claims, name="vendor-claims"),
    path("vendor/<slug:vendor>/questions/<int:pk>/", claim_vendor_views.vendor_claim, name="vendor-claim"),
    path("vendor/<slug:vendor>/questions/<int:pk>/answer/", claim_vendor_views.answer, name="answer"),
    path("vendor/<slug:vendor>/questions/<int:pk>/ask-back/", claim_vendor_views.ask_back, name="ask-back"),
    path(
        "vendor/<slug:vendor>/questions/messages/<int:pk>/file/", claim_vendor_views.vendor_proof, name="vendor-proof"
    ),
]
