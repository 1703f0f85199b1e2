"""Importing files in the background. Messages are hints: the rows say what is queued."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from sales import uploads
from sales.golive import files


@shared_task(name="sales.import_queued", ignore_result=True)
def import_queued() -> None:
    """Hand every queued file to a worker again, in case its message was lost."""
    for pk in uploads.sweep(now=timezone.now()):
        run_upload.delay(pk)
    for pk in files.sweep(now=timezone.now()):
        run_partner_import.delay(pk)


@shared_task(name="sales.run_upload", ignore_result=True)
def run_upload(upload_id: int) -> None:
    """Import one file, from its beginning to its end."""
    uploads.run(upload_id=upload_id, now=timezone.now(), today=timezone.localdate())


@shared_task(name="sales.run_partner_import", ignore_result=True)
def run_partner_import(file_id: int) -> None:
    """Check the partners of one file, or bring them in."""
    files.run(file_id=file_id, now=timezone.now(), today=timezone.localdate())
