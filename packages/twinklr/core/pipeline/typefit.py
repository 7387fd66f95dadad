"""Do the types fit? Compares what a stage says it returns with what its receivers say they take.

Only annotations are read, and only what cannot fit is a finding: whatever is not annotated, or cannot be decided
(protocols, type variables, a base class where a subclass is wanted), is passed over in silence.
"""

from __future__ import annotations

import collections.abc
import functools
import inspect
import types
import typing
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from twinklr.core.pipeline.graph import initial_part
from twinklr.core.pipeline.result import StageResult

if TYPE_CHECKING:
    from twinklr.core.pipeline.definition import PipelineDefinition, StageDefinition

UNKNOWN: Any = Any
"""Fits everything."""

_NUMBERS: list[type] = [bool, int, float, complex]
"""Each is welcome where a later one is wanted, as type checkers have it."""


def check_types(pipeline: PipelineDefinition) -> list[str]:
    """A finding for each input whose type cannot be what the receiver takes."""
    findings = []
    index = pipeline.graph.index
    for stage in pipeline.stages:
        wanted, _ = signature_types(stage.stage)
        if len(stage.inputs) > 1 and not fits(dict[str, Any], wanted):
            first = next((name for name in stage.inputs if name in index), stage.inputs[0])
            findings.append(
                f"stage {stage.id!r}: has {len(stage.inputs)} inputs, so it gets a dict by stage id, but takes "
                f"{_spell(wanted)}; annotate it dict and read input[{first!r}]"
            )
        if len(stage.inputs) != 1 or stage.inputs[0] not in index or initial_part(stage.inputs[0]) is not None:
            continue
        source = pipeline.stages[index[stage.inputs[0]]]
        given = _output_type(source)
        if stage.is_fan_out:
            element = element_type(given)
            if element is None:
                findings.append(
                    f"stage {stage.id!r}: FAN_OUT needs a list of items, but {source.id!r} returns {_spell(given)}; "
                    "return a list"
                )
                continue
            given = element
        if not fits(given, wanted):
            findings.append(
                f"stage {stage.id!r}: takes {_spell(wanted)}, but {source.id!r} gives {_spell(given)}; "
                "change one of the annotations, or put a stage between them"
            )
    return findings


def _output_type(stage: StageDefinition) -> Any:
    _, given = signature_types(stage.stage)
    if not stage.is_fan_out:
        return given
    return list if given is UNKNOWN else types.GenericAlias(list, (given,))


def signature_types(stage: Any) -> tuple[Any, Any]:
    """What a stage takes and returns by its annotations; `UNKNOWN` where it does not say."""
    execute = getattr(stage, "execute", stage)
    function = getattr(execute, "__func__", execute)
    if not isinstance(function, types.FunctionType):
        return UNKNOWN, UNKNOWN
    return _function_types(function, bound=inspect.ismethod(execute))


@functools.lru_cache(maxsize=4096)
def _function_types(function: types.FunctionType, *, bound: bool) -> tuple[Any, Any]:
    if not function.__annotations__:
        return UNKNOWN, UNKNOWN
    try:
        hints = typing.get_type_hints(function)
    except Exception:  # noqa: BLE001 - a name that exists for type checkers only may raise anything; it is no finding
        return UNKNOWN, UNKNOWN
    names = function.__code__.co_varnames[: function.__code__.co_argcount][int(bound) :]
    wanted = hints.get(names[0], UNKNOWN) if names else UNKNOWN
    given = hints.get("return", UNKNOWN)
    if get_origin(given) in (collections.abc.Awaitable, collections.abc.Coroutine):
        given = get_args(given)[-1]
    if given is StageResult:
        given = UNKNOWN
    elif get_origin(given) is StageResult:
        given = get_args(given)[0]
    return wanted, given


def element_type(given: Any) -> Any | None:
    """Type of an iterable's items; `UNKNOWN` where it does not say; None where it is none a fan-out takes."""
    given = _plain(given)
    members = [member for member in _members(given) if member is not type(None)]
    if len(members) != 1:
        known = [element for element in map(element_type, members) if element is not None]
        return (known[0] if len(known) == 1 else UNKNOWN) if known or not members else None
    origin = get_origin(members[0]) or members[0]
    if origin in (object, UNKNOWN) or not isinstance(origin, type):
        return UNKNOWN
    is_iterable = issubclass(origin, collections.abc.Iterable | collections.abc.AsyncIterable)
    if not is_iterable or issubclass(origin, str | bytes | collections.abc.Mapping):
        return None
    arguments = get_args(members[0])
    if not arguments or (origin is tuple and arguments[1:] != (...,)):
        return UNKNOWN
    return arguments[0]


def fits(given: Any, wanted: Any) -> bool:
    """False only when no value of one type can be a value of the other.

    Example:
        >>> fits(list[int], list[str]), fits(int, float), fits(dict, tuple), fits(int | None, str | None)
        (False, True, False, True)
    """
    given, wanted = _plain(given), _plain(wanted)
    if len(_members(given)) > 1 or len(_members(wanted)) > 1:
        return any(fits(one, other) for one in _members(given) for other in _members(wanted))
    given_class, wanted_class = _class_of(given), _class_of(wanted)
    if given_class is None or wanted_class is None:
        return True
    if given_class in _NUMBERS and wanted_class in _NUMBERS:
        return _NUMBERS.index(given_class) <= _NUMBERS.index(wanted_class)
    if not issubclass(given_class, wanted_class):
        return issubclass(wanted_class, given_class)
    return _arguments_fit(get_args(given), get_args(wanted), variadic=wanted_class is tuple)


def _class_of(hint: Any) -> type | None:
    """The class values of a type have; None where anything may fit."""
    found = get_origin(hint) or hint
    if not isinstance(found, type) or found in (object, UNKNOWN) or getattr(found, "_is_protocol", False):
        return None
    return dict if typing.is_typeddict(found) else found


def _arguments_fit(given: tuple[Any, ...], wanted: tuple[Any, ...], *, variadic: bool) -> bool:
    if not given or not wanted:
        return True
    if variadic and (given[-1] is ... or wanted[-1] is ...):
        return fits(given[0], wanted[0]) if given[-1] is ... and wanted[-1] is ... else True
    if len(given) != len(wanted):
        return not variadic
    return all(fits(one, other) for one, other in zip(given, wanted, strict=True))


def _members(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def _plain(hint: Any) -> Any:
    """Without ``Annotated``, ``NewType`` and literals; type variables and forward references are unknown."""
    if hint is None:
        return type(None)
    while True:
        if get_origin(hint) is typing.Annotated:
            hint = get_args(hint)[0]
        elif isinstance(hint, typing.NewType):
            hint = hint.__supertype__
        elif get_origin(hint) is typing.Literal:
            kinds = {type(value) for value in get_args(hint)}
            return kinds.pop() if len(kinds) == 1 else UNKNOWN
        elif isinstance(hint, typing.TypeVar | typing.ForwardRef | str):
            return UNKNOWN
        else:
            return hint


def _spell(hint: Any) -> str:
    if isinstance(hint, type) and not get_args(hint):
        return hint.__name__
    return str(hint).replace("typing.", "")
