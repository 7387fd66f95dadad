"""What a stage's output depends on besides its input: its code and the values it was made with.

The code is that of its function or methods, and of whatever of the same top-level package they name: functions,
classes, constants, modules imported inside the function. Other packages count as unchanging; ``version`` in
`CachePolicy` is for what this cannot see. Python versions compile differently, so an upgrade starts afresh.

Code is looked at once per process, so a module-level list that fills while the program runs changes nothing.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import sys
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from twinklr.core.pipeline.codec import Encoder
from twinklr.core.pipeline.faults import StoreError

_KNOWN: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()


def fingerprint(stage: Any, encoder: Callable[[], Encoder] = Encoder) -> str:
    """The fingerprint of a stage object or function.

    Raises:
        StoreError: If an attribute of the stage object cannot be written down.
    """
    body = getattr(stage, "execute", stage)
    if isinstance(body, functools.partial):
        return _combine(fingerprint(body.func, encoder), encoder().digest([list(body.args), body.keywords]))
    if isinstance(body, FunctionType):
        return code_digest(body)
    made = body.__self__ if isinstance(body, MethodType) else stage
    if isinstance(made, type | ModuleType):  # a class method, or a builtin such as len
        return code_digest(made) if isinstance(made, type) else _combine(repr(body))
    return _combine(code_digest(type(made)), getattr(body, "__name__", ""), _made_with(made, encoder))


def _made_with(stage: Any, encoder: Callable[[], Encoder]) -> str:
    """Digest of a stage object's attributes, or of its ``cache_key``, which may stand for them."""
    declared = getattr(stage, "cache_key", None)
    if declared is not None:
        return encoder().digest(declared() if callable(declared) else declared)
    names = set(getattr(stage, "__dict__", ()))
    names.update(name for kind in type(stage).__mro__ for name in _slots(kind) if hasattr(stage, name))
    parts = []
    for name in sorted(names):
        held = getattr(stage, name)
        try:
            digest = fingerprint(held, encoder) if _is_code(held) else encoder().digest(held)
        except StoreError as error:
            raise StoreError(
                f"its attribute {name!r} cannot be part of a cache key ({error}); give the stage a "
                "'cache_key' attribute that stands for how it was made"
            ) from error
        parts += [name, digest]
    return _combine(*parts)


def code_digest(target: FunctionType | type) -> str:
    """Digest of a function's or class's code, and of the code of its own package that it names."""
    if target not in _KNOWN:
        _KNOWN[target] = _Code(target).hexdigest()
    return _KNOWN[target]


class _Code:
    """Walks from one function or class to all it names, each once."""

    def __init__(self, target: FunctionType | type) -> None:
        self._package = target.__module__.partition(".")[0]
        self._seen: set[int] = set()
        self._modules: set[str] = set()
        self._hash = hashlib.sha256(repr(sys.version_info[:2]).encode())
        self._todo: list[Any] = [target]
        while self._todo:
            one = self._todo.pop()
            if id(one) not in self._seen:
                self._seen.add(id(one))
                self._take(one)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()

    def _take(self, one: Any) -> None:
        if isinstance(one, FunctionType):
            self._function(one)
        elif isinstance(one, type):
            self._class(one)
        elif isinstance(one, ModuleType):
            self._module(one.__name__)
        elif inner := getattr(one, "__wrapped__", None) or getattr(one, "py_func", None):
            self._todo.append(inner)  # what functools.lru_cache and compilers such as numba wrap
        elif one is not None:
            try:
                self._write(Encoder().digest(one))
            except StoreError:  # a logger, a lock, a client: not a constant
                return

    def _ours(self, thing: Any) -> bool:
        return str(getattr(thing, "__module__", None) or "").partition(".")[0] == self._package

    def _function(self, function: FunctionType) -> None:
        self._write(f"{function.__module__}.{function.__qualname__}" if not self._ours(function) else function.__name__)
        self._todo.append(getattr(function, "__wrapped__", None))
        if not self._ours(function):
            return
        self._todo += [function.__defaults__, function.__kwdefaults__]
        for cell in function.__closure__ or ():
            try:
                self._todo.append(cell.cell_contents)
            except ValueError:  # a name not bound yet
                continue
        for code in _codes(function.__code__):
            self._write(code.co_code)
            self._write(repr([_stable(one) for one in code.co_consts if not isinstance(one, CodeType)]))
            self._write(repr(code.co_names))
            for name in code.co_names:
                if name in function.__globals__:
                    self._global(function.__globals__[name])
                elif name.partition(".")[0] == self._package:
                    self._module(name)

    def _global(self, thing: Any) -> None:
        if isinstance(thing, ModuleType):
            ours = thing.__name__.partition(".")[0] == self._package
        else:
            ours = self._ours(thing) if callable(thing) else True
        if ours:
            self._todo.append(thing)

    def _class(self, kind: type) -> None:
        self._write(f"{kind.__module__}.{kind.__qualname__}")
        for parent in kind.__mro__:
            if not self._ours(parent):
                continue
            for name, member in sorted(vars(parent).items()):
                if name.startswith("__") and name not in ("__init__", "__call__", "__post_init__"):
                    continue
                inner = getattr(member, "fget", None) or getattr(member, "__func__", member)
                if isinstance(inner, FunctionType):
                    self._todo.append(inner)
                elif not name.startswith("_") and not callable(inner):
                    self._write(name)
                    self._todo.append(inner)

    def _module(self, name: str) -> None:
        """A module, or all modules of a package, by their files; it is not imported for that."""
        if name in self._modules:
            return
        self._modules.add(name)
        try:
            spec = importlib.util.find_spec(name)
        except (ImportError, ValueError):  # a name that only looks like a module
            return
        if spec is None or spec.origin is None:
            return
        file = Path(spec.origin)
        for path in sorted(file.parent.glob("*.py")) if spec.submodule_search_locations else [file]:
            self._write(path.name)
            self._write(path.read_bytes())

    def _write(self, part: str | bytes) -> None:
        data = part.encode() if isinstance(part, str) else part
        self._hash.update(len(data).to_bytes(8, "little") + data)


def _is_code(held: Any) -> bool:
    return isinstance(held, FunctionType | MethodType | functools.partial | type)


def _combine(*parts: str) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A code object and those of functions inside it."""
    todo = [code]
    while todo:
        one = todo.pop()
        yield one
        todo += [const for const in one.co_consts if isinstance(const, CodeType)]


def _stable(const: Any) -> Any:
    """A constant whose text is the same in every process: the order of a set is not."""
    return sorted(const, key=repr) if isinstance(const, frozenset) else const


def _slots(kind: type) -> tuple[str, ...]:
    slots = vars(kind).get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)
