"""Values to bytes and back, types included, without pickle: reading a file can never run code from it.

What can be stored: None, booleans, numbers, strings, bytes, lists, tuples, named tuples, dicts, sets, enums, paths,
dates, decimals, UUIDs, dataclasses, pydantic models, numpy arrays and scalars, and `Artifact` for whole files. A
value is JSON, with a tag for everything JSON has no word for; arrays lie behind it as raw, aligned bytes.

Reading gives a value of the same types. A type is looked up by name, only in modules that are imported already or
belong to a package the reader was told to trust, and only if it is a dataclass, pydantic model, enum or named tuple;
its fields must be those that were written, and neither its constructor nor its validators run.
"""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import hashlib
import importlib
import json
import math
import struct
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from twinklr.core.pipeline.faults import StoreError

MAGIC = b"pipeline value 1\n"
ALIGN = 64
"""Arrays start at multiples of this many bytes, as vectorised code likes them."""

TAG = "!"
_PLAIN = (type(None), bool, int, str)
_BY_TEXT: dict[str, tuple[type, Callable[[Any], str], Callable[[str], Any]]] = {
    "complex": (complex, repr, complex),
    "decimal": (decimal.Decimal, str, decimal.Decimal),
    "uuid": (uuid.UUID, str, uuid.UUID),
    "date": (datetime.date, datetime.date.isoformat, datetime.date.fromisoformat),
    "time": (datetime.time, datetime.time.isoformat, datetime.time.fromisoformat),
    "datetime": (datetime.datetime, datetime.datetime.isoformat, datetime.datetime.fromisoformat),
}
"""Types that are one string: tag -> type, writer, reader."""
_TEXT_TAG = {kind: (tag, write) for tag, (kind, write, _) in _BY_TEXT.items()}
_BY_NUMBERS: dict[type, tuple[str, tuple[str, ...]]] = {
    datetime.timedelta: ("timedelta", ("days", "seconds", "microseconds")),
    range: ("range", ("start", "stop", "step")),
}
"""Types that are a few numbers, which their constructor takes: type -> tag, attributes."""
_SEQUENCES: dict[type, str] = {tuple: "tuple", set: "set", frozenset: "frozenset"}
_SEQUENCE_TYPES: dict[str, Callable[[list[Any]], Any]] = {tag: kind for kind, tag in _SEQUENCES.items()}


@dataclasses.dataclass(frozen=True, slots=True)
class Artifact:
    """A file as (part of) a stage's output. A store keeps the file itself; a hit gives the path of the kept one.

    Attributes:
        path: The file. Replace it rather than write into it: the store may share its bytes.
    """

    path: Path


@dataclasses.dataclass(slots=True)
class Encoded:
    """A value as bytes, its arrays not yet copied.

    Attributes:
        document: The JSON part.
        buffers: Raw bytes of arrays, in the order the JSON part counts them.
        artifacts: Files the value refers to, in order.
    """

    document: bytes
    buffers: list[memoryview | bytes]
    artifacts: list[Path]

    @property
    def size(self) -> int:
        """Bytes in all, files apart."""
        return len(self.document) + sum(len(buffer) for buffer in self.buffers)

    def chunks(self) -> Iterator[memoryview | bytes]:
        """The bytes of the whole, piece by piece."""
        sizes = struct.pack(
            f"<{len(self.buffers) + 2}Q", len(self.document), len(self.buffers), *map(len, self.buffers)
        )
        position = 0
        for piece in (MAGIC, sizes, self.document, *self.buffers):
            padding = -position % ALIGN if piece is not sizes else 0
            yield b"\0" * padding
            yield piece
            position += padding + len(piece)

    def digest(self) -> str:
        """SHA-256 of the bytes."""
        digest = hashlib.sha256()
        for chunk in self.chunks():
            digest.update(chunk)
        return digest.hexdigest()


def encode(value: Any) -> Encoded:
    """A value as bytes.

    Raises:
        StoreError: If a part of it cannot be stored; names the part.
    """
    return Encoder().encode(value)


class Encoder:
    """Walks a value. Subclassed to make cache keys, where a path stands for what the file holds."""

    def __init__(self) -> None:
        self._buffers: list[memoryview | bytes] = []
        self._artifacts: list[Path] = []
        self._where: list[tuple[bool, Any]] = []

    def encode(self, value: Any) -> Encoded:
        """Encode one value."""
        try:
            document = json.dumps(self._walk(value), separators=(",", ":")).encode()
        except RecursionError:
            raise StoreError(f"{self._place()} is nested too deeply, or contains itself") from None
        return Encoded(document, self._buffers, self._artifacts)

    def digest(self, value: Any) -> str:
        """SHA-256 of the encoded value."""
        return self.encode(value).digest()

    def _place(self) -> str:
        """Where in the value we are, in Python's own notation."""
        shown = [f".{part}" if attribute else f"[{part!r}]" for attribute, part in self._where[:8]]
        return "value" + "".join(shown) + ("..." if len(self._where) > len(shown) else "")

    def _part(self, part: Any, value: Any, *, attribute: bool = False) -> Any:
        if type(value) in _PLAIN:
            return value
        self._where.append((attribute, part))
        walked = self._walk(value)
        self._where.pop()
        return walked

    def _walk(self, value: Any) -> Any:
        kind = type(value)
        if kind in _PLAIN or (kind is float and math.isfinite(value)):
            return value
        if kind is list or kind in _SEQUENCES:
            return self._sequence(value, kind)
        if kind is dict:
            return self._mapping(value)
        return {TAG: "float", "v": repr(value)} if kind is float else self._object(value, kind)

    def _sequence(self, value: Any, kind: type) -> Any:
        items = [self._part(index, item) for index, item in enumerate(value)]
        if kind is list:
            return items
        return {TAG: _SEQUENCES[kind], "v": items if kind is tuple else sorted(items, key=json.dumps)}

    def _mapping(self, value: dict[Any, Any]) -> Any:
        if all(type(key) is str for key in value):
            return {TAG: "map", "v": {key: self._part(key, item) for key, item in value.items()}}
        pairs = [[self._part(key, key), self._part(key, item)] for key, item in value.items()]
        return {TAG: "dict", "v": pairs}

    def _object(self, value: Any, kind: Any) -> Any:
        if isinstance(value, Artifact):
            return self.artifact(value.path)
        if isinstance(value, enum.Enum):
            return {TAG: "enum", "c": self._type_name(kind), "v": self._walk(value.value)}
        if dataclasses.is_dataclass(kind):
            tag, names = "dataclass", [spec.name for spec in dataclasses.fields(kind)]
        elif isinstance(value, tuple) and hasattr(kind, "_fields"):
            tag, names = "named", list(kind._fields)
        else:
            return self._model(value, kind) if _is_model(kind) else self._leaf(value, kind)
        return {TAG: tag, "c": self._type_name(kind), "v": self._fields(value, names)}

    def _fields(self, value: Any, names: Sequence[str]) -> dict[str, Any]:
        return {name: self._part(name, getattr(value, name), attribute=True) for name in names}

    def _model(self, value: Any, kind: Any) -> Any:
        names = list(kind.model_fields)
        tree = {TAG: "model", "c": self._type_name(kind), "v": self._fields(value, names)}
        if value.model_fields_set != set(names):
            tree["set"] = sorted(value.model_fields_set)
        for name, part in (("extra", value.model_extra), ("private", value.__pydantic_private__)):
            if part:
                tree[name] = self._mapping(dict(part))
        return tree

    def _leaf(self, value: Any, kind: type) -> Any:
        if isinstance(value, Path):
            return self.path(value)
        if kind in (bytes, bytearray):
            return {TAG: kind.__name__, "b": self._buffer(bytes(value))}
        if kind in _TEXT_TAG:
            zone = getattr(value, "tzinfo", None)
            if zone is None or type(zone) is datetime.timezone:
                tag, write = _TEXT_TAG[kind]
                return {TAG: tag, "v": write(value)}
        if kind in _BY_NUMBERS:
            tag, attributes = _BY_NUMBERS[kind]
            return {TAG: tag, "v": [getattr(value, name) for name in attributes]}
        numpy = sys.modules.get("numpy")
        if numpy is not None and (kind is numpy.ndarray or isinstance(value, numpy.generic)):
            return self._array(value, numpy)
        return self.other(value)

    def _array(self, value: Any, numpy: Any) -> Any:
        if value.dtype.hasobject:
            raise StoreError(f"{self._place()} is a numpy array of Python objects; use a list, or a number type")
        flat = numpy.ascontiguousarray(value)
        tree = {TAG: "array", "d": numpy.lib.format.dtype_to_descr(value.dtype), "s": list(value.shape)}
        if isinstance(value, numpy.generic):
            tree[TAG] = "scalar"
        elif not value.flags.writeable:
            tree["r"] = 1
        # A view of bytes needs at least one; datetime64 has no buffer of its own, so it goes through its integers.
        raw = memoryview(flat.reshape(-1).view(numpy.uint8)) if flat.size else b""
        tree["b"] = self._buffer(raw)
        return tree

    def _buffer(self, data: memoryview | bytes) -> int:
        self._buffers.append(data)
        return len(self._buffers) - 1

    def _type_name(self, kind: type) -> str:
        name = f"{kind.__module__}:{kind.__qualname__}"
        found: Any = sys.modules.get(kind.__module__)
        for part in kind.__qualname__.split("."):
            found = getattr(found, part, None)
        if found is not kind:
            raise StoreError(
                f"{self._place()} is a {name.replace(':', '.')}, which cannot be found again by that name; "
                "define the class at the top level of a module"
            )
        return name

    def path(self, path: Path) -> Any:
        """A path: its text."""
        return {TAG: "path", "v": str(path)}

    def artifact(self, path: Path) -> Any:
        """A file that belongs to the value."""
        self._artifacts.append(path)
        return {TAG: "artifact", "i": len(self._artifacts) - 1}

    def other(self, value: Any) -> Any:
        """Whatever has no form of its own."""
        kind = type(value)
        raise StoreError(
            f"{self._place()} is a {kind.__module__}.{kind.__qualname__}, which cannot be stored; keep it out of the "
            "output, or set cache=False on the stage"
        )


def decode(data: bytearray, artifacts: Sequence[Path] = (), trusted: frozenset[str] = frozenset()) -> Any:
    """A value from its bytes.

    Args:
        data: What `Encoded.chunks` gave. Arrays share its memory.
        artifacts: Where the files lie now, in the order of `Encoded.artifacts`.
        trusted: Top-level packages whose modules may be imported to find a type.

    Raises:
        StoreError: If the bytes are damaged, or a type is not what it was.
    """
    return Decoder(data, artifacts, trusted).decode()


class Decoder:
    """Builds the value; see `decode`."""

    def __init__(self, data: bytearray, artifacts: Sequence[Path], trusted: frozenset[str]) -> None:
        self._data = data
        self._artifacts = artifacts
        self._trusted = trusted
        self._places: list[tuple[int, int]] = []
        self._types: dict[str, type] = {}

    def decode(self) -> Any:
        """Decode the one value."""
        try:
            return self._build(json.loads(self._document()))
        except StoreError:
            raise
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, struct.error, RecursionError) as error:
            raise StoreError(f"damaged: {type(error).__name__}: {error}") from error

    def _document(self) -> bytes:
        if not self._data.startswith(MAGIC):
            raise StoreError("damaged: not a stored value")
        start = len(MAGIC)
        length, count = struct.unpack_from("<2Q", self._data, start)
        if count > len(self._data) // 8:
            raise StoreError("damaged: more parts than bytes")
        sizes = struct.unpack_from(f"<{count}Q", self._data, start + 16)
        position = start + 16 + 8 * count
        for size in (length, *sizes):
            position += -position % ALIGN
            self._places.append((position, position + size))
            position += size
        if position > len(self._data):
            raise StoreError("damaged: cut short")
        begin, end = self._places.pop(0)
        return bytes(self._data[begin:end])

    def _build(self, tree: Any) -> Any:
        if isinstance(tree, list):
            return [self._build(item) for item in tree]
        if not isinstance(tree, dict):
            return tree
        tag = tree[TAG]
        if tag == "map":
            return {key: self._build(item) for key, item in tree["v"].items()}
        if tag in _SEQUENCE_TYPES:
            return _SEQUENCE_TYPES[tag]([self._build(item) for item in tree["v"]])
        if tag in _BY_TEXT:
            return _BY_TEXT[tag][2](tree["v"])
        return getattr(self, f"_build_{tag}")(tree)

    def _build_dict(self, tree: Any) -> Any:
        return {self._build(key): self._build(item) for key, item in tree["v"]}

    def _build_float(self, tree: Any) -> float:
        return float(tree["v"])

    def _build_path(self, tree: Any) -> Path:
        return Path(tree["v"])

    def _build_timedelta(self, tree: Any) -> datetime.timedelta:
        return datetime.timedelta(*tree["v"])

    def _build_range(self, tree: Any) -> range:
        return range(*tree["v"])

    def _build_bytes(self, tree: Any) -> bytes:
        begin, end = self._places[tree["b"]]
        return bytes(self._data[begin:end])

    def _build_bytearray(self, tree: Any) -> bytearray:
        return bytearray(self._build_bytes(tree))

    def _build_artifact(self, tree: Any) -> Artifact:
        return Artifact(self._artifacts[tree["i"]])

    def _build_array(self, tree: Any) -> Any:
        import numpy as np  # noqa: PLC0415 - only where there are arrays

        descr = tree["d"]
        dtype = np.dtype(descr if isinstance(descr, str) else [_field(part) for part in descr])
        begin, end = self._places[tree["b"]]
        if dtype.hasobject or (end - begin) % max(1, dtype.itemsize):
            raise StoreError("damaged: array")
        array = np.frombuffer(self._data, dtype, (end - begin) // max(1, dtype.itemsize), begin).reshape(tree["s"])
        array.flags.writeable = "r" not in tree
        return array

    def _build_scalar(self, tree: Any) -> Any:
        return self._build_array(tree)[()]

    def _build_enum(self, tree: Any) -> Any:
        return self._type(tree["c"], "enum")(self._build(tree["v"]))

    def _build_named(self, tree: Any) -> Any:
        kind: Any = self._type(tree["c"], "named")
        return kind._make(self._values(tree, kind._fields, kind).values())

    def _build_dataclass(self, tree: Any) -> Any:
        kind: Any = self._type(tree["c"], "dataclass")
        value = object.__new__(kind)
        for name, part in self._values(tree, [spec.name for spec in dataclasses.fields(kind)], kind).items():
            object.__setattr__(value, name, part)
        return value

    def _build_model(self, tree: Any) -> Any:
        kind: Any = self._type(tree["c"], "model")
        values = self._values(tree, list(kind.model_fields), kind)
        value = kind.__new__(kind)
        # The way pickle fills a model: no validation, fields in their order.
        value.__setstate__(
            {
                "__dict__": values,
                "__pydantic_fields_set__": set(tree.get("set", values)),
                "__pydantic_extra__": self._build(tree["extra"]) if "extra" in tree else None,
                "__pydantic_private__": self._build(tree["private"]) if "private" in tree else None,
            }
        )
        return value

    def _values(self, tree: Any, names: Sequence[str], kind: type) -> dict[str, Any]:
        if set(tree["v"]) != set(names):
            raise StoreError(f"{kind.__qualname__} has other fields now")
        return {name: self._build(tree["v"][name]) for name in names}

    def _type(self, name: str, tag: str) -> type:
        if name not in self._types:
            self._types[name] = self._find(name, tag)
        return self._types[name]

    def _find(self, name: str, tag: str) -> type:
        module_name, _, qualname = name.partition(":")
        if module_name not in sys.modules and module_name.partition(".")[0] in self._trusted:
            try:
                importlib.import_module(module_name)
            except ImportError as error:
                raise StoreError(f"{module_name} cannot be imported any more: {error}") from error
        found: Any = sys.modules.get(module_name)
        if found is None:
            raise StoreError(f"{module_name} is not a module this program uses")
        for part in qualname.split("."):
            found = vars(found).get(part)
            if found is None:
                raise StoreError(f"{name} is no more")
        fits = {
            "enum": lambda: issubclass(found, enum.Enum),
            "dataclass": lambda: dataclasses.is_dataclass(found),
            "model": lambda: _is_model(found),
            "named": lambda: issubclass(found, tuple) and hasattr(found, "_fields"),
        }
        if not isinstance(found, type) or not fits[tag]():
            raise StoreError(f"{name} is not a {tag}")
        return found


def _field(part: Any) -> tuple[Any, ...]:
    """A field of a structured dtype, as numpy wants it after JSON made its tuples lists."""
    name, descr, *shape = part
    inner = descr if isinstance(descr, str) else [_field(one) for one in descr]
    return (name, inner, *(tuple(one) for one in shape))


def _is_model(kind: type) -> bool:
    pydantic = sys.modules.get("pydantic")
    return pydantic is not None and issubclass(kind, pydantic.BaseModel)
