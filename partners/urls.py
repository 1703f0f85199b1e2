"""Addresses of the pages about partners."""

from __future__ import annotations

from django.urls import path

from partners import viewing_views, views

app_name = "partners"
urlpatterns = [
    path("vendor/<slug:vendor>/partners/", views.partners_page, name="list"),
    path("vendor/<slug:vendor>/partners/<slug:number>/", views.detail, name="detail"),
    path("vendor/<slug:vendor>/partners/<slug:number>/view/", viewing_views.begin, name="view"),
    path("vendor/<slug:vendor>/partners/<slug:number>/view/stop/", viewing_views.stop, name="stop-viewing"),
    path("partner/<slug:partner>/viewed/", viewing_views.viewed, name="viewed"),
]
