"""Addresses of the pages about partners."""

from __future__ import annotations

from django.urls import path

from partners import views

app_name = "partners"
urlpatterns = [
    path("vendor/<slug:vendor>/partners/", views.partners_page, name="list"),
    path("vendor/<slug:vendor>/partners/<slug:number>/", views.detail, name="detail"),
]
