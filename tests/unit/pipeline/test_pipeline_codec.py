"""Values survive being stored, types included, and reading runs nothing."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import datetime
import decimal
import enum
import math
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from twinklr.core.pipeline import Artifact, StoreError
from twinklr.core.pipeline.codec import decode, encode


class Role(enum.StrEnum):
    TREE = "tree"


class Bits(enum.Flag):
    A = 1
    B = 2


class Point(NamedTuple):
    x: int
    y: float


@dataclass(frozen=True, eq=False, slots=True)
class Buffer:
    width: int
    cells: np.ndarray


@dataclass(frozen=True)
class Prop:
    name: str
    role: Role
    buffer: Buffer | None = None
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.name == "forbidden":
            raise AssertionError("constructors do not run")


class Beat(BaseModel):
    model_config = ConfigDict(frozen=True)
    time_ms: int = Field(ge=0)
    strength: float = 1.0


class Song(BaseModel):
    model_config = ConfigDict(extra="allow")
    beats: tuple[Beat, ...]
    path: Path
    alias: int = Field(default=3, alias="other")
    _seen: int = PrivateAttr(default=0)


def local_class() -> Any:
    @dataclass
    class Local:
        held: int = 1

    return Local


def stored(value: Any, *artifacts: Path) -> Any:
    return decode(bytearray(b"".join(encode(value).chunks())), artifacts)


leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.decimals(allow_nan=False)
    | st.uuids()
    | st.dates()
    | st.datetimes(timezones=st.sampled_from([None, datetime.UTC]))  # type: ignore[arg-type]
    | st.times()
    | st.timedeltas()
    | st.complex_numbers(allow_nan=False)
    | st.sampled_from([Role.TREE, Bits.A | Bits.B, Path("a/b"), range(2, 9, 3)])
    | st.builds(Point, st.integers(), st.floats(allow_nan=False))
    | st.builds(Beat, time_ms=st.integers(0))
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text() | st.integers() | st.tuples(st.text(), st.booleans()), inner)
        | st.tuples(inner, inner)
        | st.sets(st.integers() | st.text())
        | st.frozensets(st.text())
        | st.builds(Prop, st.text().filter(lambda name: name != "forbidden"), st.just(Role.TREE), tags=st.just(("a",)))
    ),
    max_leaves=20,
)


def same(one: Any, other: Any) -> bool:
    """Equal, and of equal types all the way down (1 is not True, a tuple not a list)."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


@given(values)
def test_round_trip(value: Any):
    assert same(stored(value), value)
    assert encode(stored(value)).digest() == encode(value).digest()


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.int32).reshape(2, 3),
        np.zeros((0, 4), np.float32),
        np.array(3.5),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.array(["2026-12-24", "NaT"], "datetime64[D]"),
        np.array([(1, 2.5), (3, 4.5)], [("a", "<i4"), ("b", "<f8")]),
        np.array([True, False]),
        np.array(["ab", "c"]),
        np.arange(10)[::3],
        np.arange(4, dtype=">u2"),
    ],
)
def test_arrays(array: np.ndarray):
    found = stored({"a": array, "b": b"x", "c": array})
    for name in ("a", "c"):
        assert found[name].dtype == array.dtype
        assert found[name].shape == array.shape
        np.testing.assert_array_equal(found[name], array)
        assert found[name].flags.writeable


def test_read_only_arrays_and_scalars_stay_so():
    array = np.arange(3)
    array.flags.writeable = False
    assert not stored(array).flags.writeable
    scalar = stored(np.float32(1.5))
    assert type(scalar) is np.float32
    assert scalar == np.float32(1.5)


def test_models_keep_all_they_have():
    song = Song(beats=(Beat(time_ms=5),), path=Path("a.ogg"), other=4, more=[1])
    song._seen = 7
    found = stored(song)
    assert found == song
    assert found._seen == 7
    assert found.model_fields_set == song.model_fields_set
    assert found.model_dump_json() == song.model_dump_json()
    assert list(found.beats[0].__dict__) == ["time_ms", "strength"]
    assert found.beats[0].model_fields_set == {"time_ms"}


def test_nan_and_nested_slots():
    assert math.isnan(stored(float("nan")))
    found = stored(Prop("p", Role.TREE, Buffer(3, np.ones(4, np.uint8))))
    assert type(found.buffer) is Buffer
    assert found.role is Role.TREE
    np.testing.assert_array_equal(found.buffer.cells, np.ones(4))
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.name = "other"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"provider": [threading.Lock()]}, "value['provider'][0] is a _thread.lock"),
        (Prop("p", Role.TREE, tags=(object(),)), "value.tags[0] is a builtins.object"),  # type: ignore[arg-type]
        (np.array([object()]), "numpy array of Python objects"),
        (local_class()(), "cannot be found again by that name"),
        (collections.OrderedDict(a=1), "collections.OrderedDict"),
        (np.ma.masked_array([1]), "MaskedArray"),
        (lambda: 1, "builtins.function"),
    ],
)
def test_what_cannot_be_stored_is_named(value: Any, message: str):
    with pytest.raises(StoreError) as caught:
        encode(value)
    assert message in str(caught.value)


def test_loops_and_depth():
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(StoreError, match="nested too deeply, or contains itself"):
        encode(loop)


def edited(value: Any, old: bytes, new: bytes) -> bytearray:
    data = b"".join(encode(value).chunks())
    assert old in data
    assert len(old) == len(new)
    return bytearray(data.replace(old, new))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (bytearray(b""), "not a stored value"),
        (bytearray(b"".join(encode([1, 2]).chunks())[:-2]), "cut short"),
        (edited(Role.TREE, b'"enum"', b'"evil"'), "damaged"),
        (edited(Role.TREE, __name__.encode() + b":Role", b"subprocess:Popen".ljust(len(__name__) + 5)), "no more"),
        (edited(Beat(time_ms=1), b"strength", b"strengthen"[:8].replace(b"th", b"ht")), "has other fields now"),
        (edited(Point(1, 2.0), b'"named"', b'"model"'), "not a model"),
        (edited(Role.TREE, __name__.encode(), b"x" * len(__name__)), "not a module this program uses"),
    ],
)
def test_damage_and_strange_types_are_refused(data: bytearray, message: str):
    with pytest.raises(StoreError, match=message):
        decode(data)


@given(st.binary(max_size=60), st.integers(0, 200))
def test_no_bytes_do_more_than_fail(noise: bytes, position: int):
    data = bytearray(b"".join(encode({"a": np.arange(4), "b": Role.TREE, "c": (1, "x")}).chunks()))
    data[position : position + len(noise)] = noise
    with contextlib.suppress(StoreError):
        decode(data)


def test_only_data_classes_are_built():
    """A class that is there but is no data is never called."""
    data = edited(Prop("p", Role.TREE), f"{__name__}:Prop".encode(), f"{__name__}:Loud".encode())
    with pytest.raises(StoreError, match="not a dataclass"):
        decode(data)


class Loud:
    def __init__(self) -> None:
        raise AssertionError("built")


def test_constructors_do_not_run():
    prop = object.__new__(Prop)
    for name, value in {"name": "forbidden", "role": Role.TREE, "buffer": None, "tags": ()}.items():
        object.__setattr__(prop, name, value)
    assert stored(prop) == prop


def test_artifacts(tmp_path: Path):
    found = stored([Artifact(tmp_path / "a")], tmp_path / "kept")
    assert found == [Artifact(tmp_path / "kept")]


def test_other_leaves():
    for value in (decimal.Decimal("1.50"), uuid.uuid4(), bytearray(b"x"), datetime.timedelta(-1, 5, 7)):
        assert same(stored(value), value)
