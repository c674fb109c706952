"""Python values as TOML."""

import json
import re
from collections.abc import Iterable, Mapping

import numpy as np

BARE = re.compile(r"[A-Za-z0-9_-]+")


def value(item: object) -> str:
    """A value in one line."""
    if isinstance(item, np.generic | np.ndarray):
        item = item.tolist()
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, int | float):
        return repr(item)
    if isinstance(item, str):
        # As JSON, whose escapes are those of TOML; DEL has to be escaped in TOML alone.
        return json.dumps(item, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(item, Mapping):
        return "{ " + ", ".join(f"{key(name)} = {value(part)}" for name, part in item.items()) + " }"
    if isinstance(item, Iterable):
        return "[" + ", ".join(value(part) for part in item) + "]"
    raise TypeError(f"a game file has numbers, texts, lists and mappings; got {type(item).__name__}")


def key(name: str) -> str:
    """The name of a key."""
    return name if BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def table(name: str, items: Mapping[str, object]) -> str:
    """A table with its head."""
    return "\n".join([f"[{name}]", *(f"{key(name)} = {value(item)}" for name, item in items.items()), ""])


def overrides(keys: Mapping[str, object] | Iterable[str] | None) -> list[str]:
    """`key=value` for each, as after `--set`; texts are taken as they are."""
    if keys is None:
        return []
    if isinstance(keys, str):
        raise TypeError('set: expected a mapping such as {"game.temperature": 0.1}, or a list of "key=value"')
    if isinstance(keys, Mapping):
        return [f"{name}={value(item)}" for name, item in keys.items()]
    return list(keys)
