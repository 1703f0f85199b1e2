from __future__ import annotations

from django.urls import path

from common import views

app_name = "common"
urlpatterns = [
    path("language/", views.choose_language, name="language"),
    path("account/tokens/", views.token_list, name="tokens"),
    path("account/tokens/new/", views.token_new, name="token-new"),
    path("account/tokens/<int:pk>/revoke/", views.token_revoke, name="token-revoke"),
]
