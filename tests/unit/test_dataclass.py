"""Late methods against those of the standard library: the same classes, made by both, do the same."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from averment.dataclass import dataclass

_OPTIONS = [
    {},
    {"frozen": True},
    {"slots": True},
    {"frozen": True, "slots": True},
    {"frozen": True, "slots": True, "eq": False},
    {"frozen": True, "repr": False},
]


def point(make: Callable[..., Any]) -> type:
    class Point:
        """A place."""

        x: int
        y: int = 2
        tags: list[str] = dataclasses.field(default_factory=list[str], compare=False)
        note: str = dataclasses.field(default="", repr=False, hash=False)

        @property
        def sum(self) -> int:
            return self.x + self.y

    return make(Point)


def outcome(do: Callable[[], object]) -> object:
    try:
        return do()
    except Exception as problem:
        return type(problem)


@pytest.mark.parametrize("options", _OPTIONS, ids=str)
def test_a_class_does_what_the_standard_one_does(options: dict[str, bool]) -> None:
    def seen(cls: type) -> list[object]:
        one: Any = cls(1)
        other = cls(1, 2, ["a"], note="n")
        same = cls(x=1, tags=["b"])
        return [
            repr(one).partition(" object at")[0],
            repr(other).partition(" object at")[0],
            one.sum,
            one.tags is not cls(1).tags,
            one == same,
            one == other,
            one != other,
            one == (1, 2),
            outcome(lambda: hash(one) == hash(same) == hash(dataclasses.replace(one, note="n"))),
            outcome(lambda: setattr(one, "x", 3)),
            outcome(lambda: delattr(one, "y")),
            outcome(lambda: cls()),
            outcome(lambda: cls(1, z=1)),
            hasattr(one, "__dict__"),
            cls.__name__,
            cls.__doc__,
            [(field.name, field.type, field.default, field.repr) for field in dataclasses.fields(cls)],
            dataclasses.is_dataclass(cls),
            dataclasses.asdict(other),
            dataclasses.asdict(dataclasses.replace(other, x=5)),
            dataclasses.asdict(copy.deepcopy(other)),
            cls.__match_args__,
        ]

    assert seen(point(lambda cls: dataclass(**options)(cls))) == seen(
        point(lambda cls: dataclasses.dataclass(**options)(cls))
    )


@dataclass(frozen=True, slots=True)
class Held:
    value: object = None


@dataclass(slots=True)
class Counted:
    number: int

    def __post_init__(self) -> None:
        self.number += 1

    def __repr__(self) -> str:
        return "counted"


def test_objects_are_pickled() -> None:
    held = Held((1, Held("a")))
    assert pickle.loads(pickle.dumps(held)) == held
    assert pickle.loads(pickle.dumps(Counted(1))).number == 2


def test_what_a_class_defines_itself_stays() -> None:
    assert repr(Counted(1)) == "counted" and Counted(1).number == 2


def test_a_method_is_written_when_it_is_called() -> None:
    @dataclass(frozen=True)
    class Late:
        x: int

    first: Any = Late.__init__
    Late(1)
    assert Late.__init__ is not first
    with pytest.raises(TypeError, match=r"Late\.__init__\(\) missing 1 required positional argument: 'x'"):
        Late()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def test_classes_are_told_apart() -> None:
    @dataclass(frozen=True, slots=True)
    class Other:
        value: object = None

    assert Held(1) != Other(1)
