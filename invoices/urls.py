"""Addresses of the pages about invoices."""

from __future__ import annotations

from django.urls import path

from invoices import vendor_views, views

app_name = "invoices"
OF_PARTNER = "partner/<slug:partner>/invoices/"
OF_VENDOR = "vendor/<slug:vendor>/invoices/"
urlpatterns = [
    path(OF_PARTNER, views.invoices, name="partner"),
    path(f"{OF_PARTNER}upload/", views.upload, name="upload"),
    path(f"{OF_PARTNER}rows/", views.rows, name="rows"),
    path(f"{OF_PARTNER}<int:pk>/", views.invoice, name="invoice"),
    path(f"{OF_PARTNER}<int:pk>/fill-in/", views.fill_in, name="fill-in"),
    path(f"{OF_PARTNER}<int:pk>/answer/", views.answer, name="answer"),
    path(f"{OF_PARTNER}<int:pk>/object/", views.object_to, name="object"),
    path(f"{OF_PARTNER}<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path(f"{OF_PARTNER}<int:pk>/file/", views.file, name="file"),
    path(f"{OF_PARTNER}<int:pk>/pages/<int:page>/", views.page_picture, name="page"),
    path(OF_VENDOR, vendor_views.invoices, name="vendor"),
    path(f"{OF_VENDOR}next/", vendor_views.take_next, name="next"),
    path(f"{OF_VENDOR}statistics/", vendor_views.statistics, name="statistics"),
    path(f"{OF_VENDOR}rules/", vendor_views.rules, name="rules"),
    path(f"{OF_VENDOR}<int:pk>/", vendor_views.invoice, name="vendor-invoice"),
    path(f"{OF_VENDOR}<int:pk>/correct/", vendor_views.correct, name="correct"),
    path(f"{OF_VENDOR}<int:pk>/accept/", vendor_views.accept, name="accept"),
    path(f"{OF_VENDOR}<int:pk>/refuse/", vendor_views.refuse, name="refuse"),
    path(f"{OF_VENDOR}<int:pk>/ask/", vendor_views.ask, name="ask"),
    path(f"{OF_VENDOR}<int:pk>/take-back/", vendor_views.take_back, name="take-back"),
    path(f"{OF_VENDOR}<int:pk>/release/", vendor_views.release, name="release"),
    path(f"{OF_VENDOR}<int:pk>/file/", vendor_views.file, name="vendor-file"),
    path(f"{OF_VENDOR}<int:pk>/pages/<int:page>/", vendor_views.page_picture, name="vendor-page"),
]
