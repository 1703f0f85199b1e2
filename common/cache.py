"""The cache when Redis is away: each process keeps its own, so sign-in limits hold and pages are served."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


class RedisOrMemoryCache(RedisCache):
    """Redis, shared by all processes; while it cannot be reached, the memory of this process."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.memory = LocMemCache("while redis is away", {**params, "OPTIONS": {}})


def _either(name: str) -> Callable[..., Any]:
    on_redis, in_memory = getattr(RedisCache, name), getattr(LocMemCache, name)

    def call(self: RedisOrMemoryCache, *args: Any, **kwargs: Any) -> Any:
        try:
            return on_redis(self, *args, **kwargs)
        except RedisError as error:
            log.warning("cache is away", error=type(error).__name__)
            return in_memory(self.memory, *args, **kwargs)

    return call


for _name in (
    "add",
    "get",
    "set",
    "touch",
    "delete",
    "get_many",
    "set_many",
    "delete_many",
    "has_key",
    "incr",
    "clear",
):
    setattr(RedisOrMemoryCache, _name, _either(_name))
