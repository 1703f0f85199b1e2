"""The Celery application: how jobs are carried, not what they do.

A message is only a hint; the database row is the truth. Whatever the broker loses, the sweeper behind
`portal.tick` finds again, and whatever it delivers twice finds its row already claimed.
"""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from kombu import Exchange, Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

QUEUES = ("money", "mail", "import")
ROUTES = {
    "portal.*": {"queue": "money"},
    "rebates.*": {"queue": "money"},
    # Rendering takes a worker for a minute: closings and payments do not wait for it.
    "rebates.make_some_statements": {"queue": "import"},
    "common.forget": {"queue": "import"},
    "common.make_summaries": {"queue": "mail"},
    "common.send_mails": {"queue": "mail"},
    "sales.*": {"queue": "import"},
    "invoices.*": {"queue": "import"},
    "partners.*": {"queue": "import"},
    "deals.*": {"queue": "import"},
    "tiers.*": {"queue": "import"},
    "trainings.*": {"queue": "import"},
}
"""By the task's name; no task goes where nobody said it should."""

# Seconds. A task is killed at the hard limit, long before the broker would hand its message to a second worker.
SOFT_TIME_LIMIT = 100
HARD_TIME_LIMIT = 120
VISIBILITY_TIMEOUT = 600

TICK_SECONDS = 60

# By name: it needs the models, which are loaded later.
app = Celery("portal", task_cls="common.background:Task")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_queues=[Queue(name, Exchange("portal", type="direct"), routing_key=name) for name in QUEUES],
    task_routes=ROUTES,
    task_default_queue="money",
    task_default_exchange="portal",
    task_default_routing_key="money",
    task_create_missing_queues=False,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_soft_time_limit=SOFT_TIME_LIMIT,
    task_time_limit=HARD_TIME_LIMIT,
    broker_transport_options={"visibility_timeout": VISIBILITY_TIMEOUT},
    broker_connection_retry_on_startup=True,
    # Web requests enqueue after their commit and never wait for a broker that is away: the sweeper catches up.
    task_publish_retry=False,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    timezone="Europe/Berlin",
    beat_schedule={
        "tick": {
            "task": "portal.tick",
            "schedule": TICK_SECONDS,
            # A tick that waited longer than the next one is of no use.
            "options": {"queue": "money", "expires": TICK_SECONDS},
        },
    },
)
app.autodiscover_tasks()


@setup_logging.connect
def keep_the_settings_logging(**_: Any) -> None:
    """Celery leaves logging alone when this signal has a receiver: the settings have configured it."""
