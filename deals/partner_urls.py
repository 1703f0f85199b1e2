"""Addresses of the partner's pages about its deals. A deal is called by the partner's own number of it.

Its files are called by what they are: ids of rows would count what others attach.
"""

from __future__ import annotations

from django.urls import path

from deals import step_views, views, writing_views

DEALS = "partner/<slug:partner>/deals/"
DEAL = f"{DEALS}<int:number>/"
urlpatterns = [
    path(DEALS, views.partner_deals, name="partner-deals"),
    path(f"{DEALS}board/", views.board, name="partner-board"),
    path(f"{DEALS}new/", writing_views.new, name="new-deal"),
    path(DEAL, views.partner_deal, name="partner-deal"),
    path(f"{DEAL}write/<slug:part>/", writing_views.write, name="write-deal"),
    path(f"{DEAL}files/", writing_views.attach, name="attach-to-deal"),
    path(f"{DEAL}files/<slug:sha256>/", views.file, name="deal-file"),
    path(f"{DEAL}files/<slug:sha256>/remove/", writing_views.remove_file, name="remove-deal-file"),
    path(f"{DEAL}send/", writing_views.send, name="send-deal"),
    path(f"{DEAL}discard/", writing_views.discard, name="discard-deal"),
    path(f"{DEAL}copy/", writing_views.copy, name="copy-deal"),
    path(f"{DEAL}change/", writing_views.change, name="change-deal"),
    path(f"{DEAL}reply/", step_views.reply, name="reply-deal"),
    path(f"{DEAL}update/", step_views.update, name="update-deal"),
    path(f"{DEAL}extend/", step_views.extend, name="extend-deal"),
    path(f"{DEAL}won/", step_views.won, name="deal-won"),
    path(f"{DEAL}proof/", step_views.prove, name="prove-deal"),
    path(f"{DEAL}lost/", step_views.lost, name="deal-lost"),
    path(f"{DEAL}withdraw/", step_views.withdraw, name="withdraw-deal"),
]
