"""``dataclass``: the standard library's, but each method is written when it is first called.

Writing the methods of a class costs half a millisecond, and a hundred and more classes are defined to decide one case,
of which many are never used. The rest is as ever: ``fields``, ``replace`` and ``asdict`` of the standard library take
such objects, and type checkers see the standard decorator. Only what is used here is there: no ordering, no inheritance
of fields, no keyword-only ones. It is for the modules that ``averment decide`` loads; others may use either.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, FrozenInstanceError
from functools import partial
from typing import TYPE_CHECKING, Any

_FIELDS = "__dataclass_fields__"
Fields = Mapping[str, "Field[Any]"]
Method = Callable[..., Any]


def _dataclass(
    defined: Any = None, /, *, frozen: bool = False, slots: bool = False, eq: bool = True, repr: bool = True
) -> Any:
    """The class, made a dataclass: as a decorator, with or without arguments."""
    if defined is None:
        return partial(_dataclass, frozen=frozen, slots=slots, eq=eq, repr=repr)
    space = dict(defined.__dict__)
    fields: Fields = {name: _field(space.get(name, MISSING)) for name in defined.__annotations__}
    made = _slotted(defined, space, fields) if slots else _with_defaults(defined, space, fields)
    setattr(made, _FIELDS, _StandardFields(made, fields, frozen))
    setattr(made, "__match_args__", tuple(fields))  # noqa: B010 (type checkers know better)
    write: dict[str, Callable[[], Method]] = {"__init__": lambda: _init(fields, frozen, hasattr(made, "__post_init__"))}
    if repr:
        write["__repr__"] = lambda: _repr([name for name, field in fields.items() if field.repr])
    if eq:
        write["__eq__"] = lambda: _eq([name for name, field in fields.items() if field.compare])
        if frozen:
            write["__hash__"] = lambda: _hash([name for name, field in fields.items() if _hashed(field)])
        elif "__hash__" not in space:
            made.__hash__ = None
    for name, writer in write.items():
        if name not in space:
            setattr(made, name, _late(made, name, writer))
    if frozen:
        made.__setattr__ = made.__delattr__ = _refuse
    return made


def _field(given: Any) -> Any:
    return given if isinstance(given, Field) else dataclasses.field(default=given)  # pyright: ignore[reportUnknownVariableType]


def _with_defaults(defined: Any, space: Mapping[str, Any], fields: Fields) -> Any:
    for name, field in fields.items():
        if field.default is not MISSING:
            setattr(defined, name, field.default)
        elif name in space:
            delattr(defined, name)
    return defined


def _slotted(defined: Any, space: Mapping[str, Any], fields: Fields) -> Any:
    """The class anew, with a slot for each field: slots are given to a class as it is made."""
    kept = {name: value for name, value in space.items() if name not in {*fields, "__dict__", "__weakref__"}}
    kept |= {"__slots__": tuple(fields), "__getstate__": _state}
    made = type(defined)(defined.__name__, defined.__bases__, kept)
    made.__setstate__ = _set_state(tuple([made.__dict__[name].__set__ for name in fields]))
    made.__qualname__ = defined.__qualname__
    return made


def _late(made: Any, name: str, write: Callable[[], Method]) -> Method:
    """The method that writes itself when it is called, and stands aside for what it has written."""

    def method(*arguments: Any, **named: Any) -> Any:
        written = write()
        written.__qualname__ = f"{made.__qualname__}.{name}"
        setattr(made, name, written)
        return written(*arguments, **named)

    return method


class _StandardFields:
    """The fields as the standard library wants them, asked of it when somebody looks."""

    def __init__(self, made: Any, fields: Fields, frozen: bool) -> None:
        self._made, self._fields, self._frozen = made, fields, frozen

    def __get__(self, _: object, owner: type) -> Any:
        space = {"__annotations__": dict(self._made.__annotations__), "__module__": self._made.__module__}
        alike: type = dataclasses.dataclass(
            type(self._made.__name__, (), {**space, **self._fields}), frozen=self._frozen
        )
        setattr(self._made, _FIELDS, getattr(alike, _FIELDS))
        return getattr(alike, _FIELDS)


# --- the methods ----------------------------------------------------------------------------------------------------


def _init(fields: Fields, frozen: bool, post: bool) -> Method:
    known: dict[str, Any] = {"_set": object.__setattr__, "_missing": MISSING}
    parameters, lines = ["self"], list[str]()
    for name, field in fields.items():
        parameter = value = name
        if field.default_factory is not MISSING:
            known[f"_make_{name}"] = field.default_factory
            parameter = f"{name}=_missing"
            value = f"_make_{name}() if {name} is _missing else {name}"
        elif field.default is not MISSING:
            known[f"_default_{name}"] = field.default
            parameter = f"{name}=_default_{name}"
        parameters.append(parameter)
        lines.append(f"_set(self, {name!r}, {value})" if frozen else f"self.{name} = {value}")
    lines += ["self.__post_init__()"] if post else []
    return _written(f"def method({', '.join(parameters)}):", lines or ["pass"], known)


def _eq(names: list[str]) -> Method:
    same = f"return {_tuple('self', names)} == {_tuple('other', names)}"
    return _written(
        "def method(self, other):", ["if other.__class__ is self.__class__:", f" {same}", "return NotImplemented"]
    )


def _hash(names: list[str]) -> Method:
    return _written("def method(self):", [f"return hash({_tuple('self', names)})"])


def _repr(names: list[str]) -> Method:
    def method(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return method


def _written(head: str, lines: list[str], known: dict[str, Any] | None = None) -> Method:
    space = known or {}
    exec("\n ".join([head, *lines]), space)
    method: Method = space["method"]
    return method


def _tuple(owner: str, names: list[str]) -> str:
    return f"({''.join(f'{owner}.{name}, ' for name in names)})"


def _hashed(field: Field[Any]) -> bool:
    return field.compare if field.hash is None else field.hash


def _refuse(self: object, name: str, *_: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in self.__match_args__]


def _set_state(slots: tuple[Callable[[Any, Any], None], ...]) -> Method:
    def method(self: Any, state: list[Any]) -> None:
        for fill, value in zip(slots, state, strict=True):
            fill(self, value)

    return method


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    dataclass = _dataclass
