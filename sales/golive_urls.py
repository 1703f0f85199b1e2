"""Addresses of bringing partners in. They come before those of single partners, whose numbers stand there too."""

from __future__ import annotations

from django.urls import path

from sales import golive_views as views

app_name = "golive"
urlpatterns = [
    path("vendor/<slug:vendor>/partners/import/", views.imports, name="imports"),
    path("vendor/<slug:vendor>/partners/import/sample/", views.sample_file, name="sample"),
    path("vendor/<slug:vendor>/partners/import/<int:pk>/", views.partner_import, name="import"),
    path("vendor/<slug:vendor>/partners/import/<int:pk>/start/", views.start, name="start"),
    path("vendor/<slug:vendor>/partners/import/<int:pk>/discard/", views.discard, name="discard"),
    path("vendor/<slug:vendor>/partners/import/<int:pk>/errors/", views.errors, name="errors"),
]
