"""What every task of the workers is: work that nobody waits for, which is left out while the system is paused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import celery
import structlog

from common.pausing import is_paused

if TYPE_CHECKING:
    BaseTask = celery.Task[Any, Any]
else:
    BaseTask = celery.Task

log = structlog.get_logger(__name__)


class Task(BaseTask):
    """A task that does nothing while the system is paused. The tick finds what it would have done, once it is released.

    Asked in each task and not only in the tick: the broker may have outlived the database and still hold messages.
    """

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if is_paused():
            log.info("paused", task=self.name)
            return None
        return super().__call__(*args, **kwargs)
