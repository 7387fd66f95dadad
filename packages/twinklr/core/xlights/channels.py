"""Where each model's channels begin: ``StartChannel`` in every form xLights knows, resolved.

==================  ===========================================================================
``151``             absolute, 1-based
``!Main:1``         channel n of the controller "Main"
``>Tree:1``         n after the last channel of the model "Tree" (``<`` means the same)
``@Tree:1``         channel n of the model "Tree"
``#5:1``            channel n of universe 5
``#10.0.0.5:5:1``   channel n of universe 5 at an address
``3:1``             channel n of the third output (before 2020)
==================  ===========================================================================

What cannot be resolved lands at the first channel, as in xLights, and so does everything chained to it; the
findings say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from twinklr.core.xlights.counts import channel_count, string_count
from twinklr.core.xlights.findings import Finding
from twinklr.core.xlights.layout import Layout, ModelElement
from twinklr.core.xlights.networks import MAX_CHANNELS, Networks

MAX_SHOWN = 20
"""Models of a loop that a finding names."""


@dataclass(frozen=True, slots=True)
class StartChannels:
    """First channels of all models.

    Attributes:
        first: Model name -> 0-based first channel.
        strings: Model name -> 0-based first channel of each string, for models that give them one by one.
        last: Model name -> 0-based last channel (one below the first for a model without channels).
        findings: What could not be resolved, cycles included.
        lost: Models that stand at the first channel because theirs could not be resolved.
    """

    first: Mapping[str, int]
    strings: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    last: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    lost: frozenset[str] = frozenset()


def resolve_start_channels(layout: Layout, networks: Networks) -> StartChannels:
    """Resolve the start channels of all models, in whatever order they refer to each other.

    Args:
        layout: The models. Of two with one name the later counts, as in xLights.
        networks: The controllers.
    """
    return _Resolver(layout, networks).run()


class _Unresolved(Exception):
    """A start channel that leads nowhere, with the reason."""


class _Resolver:
    def __init__(self, layout: Layout, networks: Networks) -> None:
        self.models = {model.name: model for model in layout.models}
        self.controllers = {controller.name: controller for controller in reversed(networks.controllers)}
        self.outputs = networks.outputs
        # Of outputs with one universe the first counts.
        self.universes = {(output.ip, output.universe): output for output in reversed(self.outputs)}
        self.universes |= {("", output.universe): output for output in reversed(self.outputs)}
        self.first: dict[str, int] = {}
        self.last: dict[str, int] = {}
        self.strings: dict[str, tuple[int, ...]] = {}
        self.lost: set[str] = set()
        self.findings: list[Finding] = []

    def run(self) -> StartChannels:
        for name in self.models:
            self._follow(name)
        return StartChannels(self.first, self.strings, self.last, tuple(self.findings), frozenset(self.lost))

    def _follow(self, name: str) -> None:
        """Resolve a model after the models it hangs on; a loop of them is reported once."""
        path, inside = [name], {name}  # a list, not recursion: chains can be thousands of models long
        while path:
            current = path[-1]
            waits = [target for target in self._targets(self.models[current]) if target not in self.first]
            if current in self.first or not waits:
                if current not in self.first:
                    self._settle(current)
                inside.discard(path.pop())
            elif waits[0] in inside:
                self._report_loop(path[path.index(waits[0]) :])
            else:
                path.append(waits[0])
                inside.add(waits[0])

    def _targets(self, model: ModelElement) -> list[str]:
        """Names of the models that a model's start channels refer to."""
        targets = (text[1:].rpartition(":")[0] or text[1:] for text in _texts(model) if text[:1] in (">", "<", "@"))
        return [name for target in targets if (name := target.strip()) in self.models]

    def _report_loop(self, loop: list[str]) -> None:
        shown = loop if len(loop) <= MAX_SHOWN else [*loop[:MAX_SHOWN], f"... {len(loop) - MAX_SHOWN} more ..."]
        chain = " > ".join([*shown, loop[0]])
        self.findings.append(
            Finding(
                "error",
                "start-channel-cycle",
                f"start channels go in a circle: {chain}",
                f"model {loop[0]!r}",
                "give one of them a start channel of its own",
            )
        )
        for name in loop:
            self._place(name, [0])
            self.lost.add(name)

    def _settle(self, name: str) -> None:
        starts: list[int] = []
        for text in _texts(self.models[name]):
            try:
                starts.append(_bounded(self._resolve(text, name), text))
            except _Unresolved as error:
                starts.append(0)
                self.lost.add(name)
                cure = "correct StartChannel in the layout"
                self.findings.append(Finding("error", "start-channel-unresolved", str(error), f"model {name!r}", cure))
        self._place(name, starts)

    def _place(self, name: str, starts: list[int]) -> None:
        model = self.models[name]
        size = channel_count(model)
        self.first[name] = min(starts)
        self.last[name] = max(starts) + size // len(starts) - 1
        if len(starts) > 1:
            self.strings[name] = tuple(starts)

    def _resolve(self, text: str, name: str) -> int:
        """0-based channel of one start-channel text."""
        if text.isascii() and text.isdigit():
            return max(0, _number(text, text) - 1)
        mark, rest = text[:1], text[1:]
        if mark and mark in "!><@":
            target, colon, offset_text = rest.rpartition(":")
            target, offset = (target, _number(offset_text, text)) if colon else (rest, 1)
            return self._relative(mark, target.strip(), offset, text)
        if mark == "#":
            return self._universe(rest, text)
        output, colon, offset_text = text.partition(":")
        if colon:
            number = _number(output, text)
            if not 1 <= number <= len(self.outputs):
                raise _Unresolved(f"{text!r}: there are {len(self.outputs)} outputs")
            return self.outputs[number - 1].first_channel + _number(offset_text, text) - 1
        raise _Unresolved(f"{text!r} is not a start channel" if text else "it has no start channel")

    def _relative(self, mark: str, target: str, offset: int, text: str) -> int:
        if mark == "!":
            controller = self.controllers.get(target)
            if controller is None:
                raise _Unresolved(f"{text!r}: there is no controller {target!r}")
            return controller.first_channel + offset - 1
        if target not in self.models:
            raise _Unresolved(f"{text!r}: there is no model {target!r}")
        if target in self.lost:
            raise _Unresolved(f"{text!r}: the start channel of {target!r} is unresolved")
        return self.first[target] + offset - 1 if mark == "@" else self.last[target] + offset

    def _universe(self, rest: str, text: str) -> int:
        parts = [part.strip() for part in rest.split(":")]
        if len(parts) not in (2, 3):
            raise _Unresolved(f"{text!r} is not of the form #universe:channel")
        universe, offset = _number(parts[-2], text), _number(parts[-1], text)
        ip = parts[0] if len(parts) == 3 else ""
        output = self.universes.get((ip, universe))
        if output is None:
            raise _Unresolved(f"{text!r}: there is no universe {universe}{f' at {ip}' if ip else ''}")
        return output.first_channel + offset - 1


def _texts(model: ModelElement) -> list[str]:
    """The start-channel texts of a model: one, or one per string where it gives them singly."""
    if model.attributes.get("Advanced") == "1" and model.attributes.get("String1"):
        count = min(string_count(model), 10_000)
        texts = [model.attributes.get(f"String{index + 1}", "").strip() for index in range(count)]
        if all(texts):
            return texts
    return [model.start_channel]


def _bounded(channel: int, text: str) -> int:
    if not 0 <= channel < MAX_CHANNELS:
        raise _Unresolved(f"{text!r} is no channel from 1 to {MAX_CHANNELS}")
    return channel


def _number(digits: str, text: str) -> int:
    digits = digits.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise _Unresolved(f"{text!r} is not a start channel")
    return int(digits)
