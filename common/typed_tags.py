"""Checks the arguments of template tags against their annotations: a missing variable fails the first rendering."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from django.utils.functional import Promise

Function = TypeVar("Function", bound=Callable[..., Any])


def _fits(value: Any, hint: Any) -> bool:
    origin = get_origin(hint)
    if hint is Any:
        return True
    if origin in (Union, types.UnionType):
        return any(_fits(value, one) for one in get_args(hint))
    if origin is Literal:
        return value in get_args(hint)
    if origin is Sequence:
        listed = isinstance(value, list | tuple)
        return listed and all(_fits(one, get_args(hint)[0]) for one in value)
    if hint is str:
        return isinstance(value, str | Promise)
    if hint is Decimal:
        return isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool))
    return isinstance(value, hint)


def typed(function: Function) -> Function:
    """Check the arguments of a template tag against its annotations; a required text must not be empty."""
    signature = inspect.signature(function)
    hints = get_type_hints(function)

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs)
        for name, value in given.arguments.items():
            if not _fits(value, hints[name]):
                raise TypeError(f"{{% {function.__name__} %}}: {name} must be {hints[name]}, not {value!r}")
            if signature.parameters[name].default is inspect.Parameter.empty and hints[name] is str and not str(value):
                raise ValueError(f"{{% {function.__name__} %}}: {name} must not be empty")
        return function(*args, **kwargs)

    return checked  # type: ignore[return-value]
