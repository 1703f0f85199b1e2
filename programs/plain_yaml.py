"""YAML as plain text values: what stands in the file is what is read, no number ever passes through a float.

Every scalar stays a string ("10", "5.00", "NO", "true"), only a plain `null`, `~` or nothing becomes None. Anchors,
aliases, repeated keys and deep nesting are refused: none of them belongs into a document that decides about money.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import yaml

from common.errors import MarkedError
from common.money import plain
from common.sentences import _n

_LONGEST = 200_000
_DEEPEST = 12
# Escapes in quotes can name what neither a page nor the database can hold.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_NULL = "tag:yaml.org,2002:null"


class NotPlainYaml(MarkedError, ValueError):
    """The text is no YAML, or more than plain YAML."""


def load(text: str) -> Any:
    """The one document in `text` as dicts, lists, strings and None. Raises `NotPlainYaml` with the line."""
    if len(text) > _LONGEST:
        raise NotPlainYaml(_n("the text is longer than {limit} characters"), limit=_LONGEST)
    try:
        node = _Loader(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise NotPlainYaml(
            _n("line {line}: this is not valid YAML ({problem})"),
            line=mark.line + 1 if mark else 1,
            problem=error.problem or error.context or "",
        ) from error
    except yaml.YAMLError as error:
        raise NotPlainYaml(_n("this is not valid YAML ({problem})"), problem=str(error).splitlines()[0]) from error
    return None if node is None else _value(node)


def dump(document: dict[str, Any]) -> str:
    """`document` as YAML that `load` reads back: Decimals as they are, innermost lists and mappings on one line."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110)


class _Loader(yaml.SafeLoader):
    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise NotPlainYaml(_n("line {line}: anchors and aliases are not allowed"), line=line)
        if self.depth >= _DEEPEST:
            raise NotPlainYaml(_n("line {line}: this is nested too deeply"), line=line)
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def _value(node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node)
    assert isinstance(node, yaml.ScalarNode)
    if _NO_TEXT.search(node.value):
        line = node.start_mark.line + 1
        raise NotPlainYaml(_n("line {line}: this text has signs that cannot be stored"), line=line)
    return None if node.tag == _NULL and node.style is None else node.value


def _mapping(node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise NotPlainYaml(_n("line {line}: a name must be plain text"), line=line)
        _value(key)
        if key.value in found:
            raise NotPlainYaml(_n("line {line}: “{name}” is given twice"), line=line, name=key.value)
        found[key.value] = _value(value)
    return found


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _decimal(dumper: yaml.SafeDumper, number: Decimal) -> yaml.ScalarNode:
    text = plain(number)
    kind = "float" if "." in text else "int"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", text)


_Dumper.add_representer(Decimal, _decimal)
