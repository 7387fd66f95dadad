"""A small house, made of numbers: with a song enough to choreograph and render without any file."""

from __future__ import annotations

import numpy as np

from twinklr.core.display.display import Buffer, Display, Group, GroupKind, Prop, Role, RoleGuess

_HOUSE = (
    ("Mega Tree", "Tree", Role.MEGA_TREE, 12, 16),
    ("Matrix", "Matrix", Role.MATRIX, 16, 10),
    ("Arch 1", "Arches", Role.ARCH, 20, 1),
    ("Arch 2", "Arches", Role.ARCH, 20, 1),
    ("Arch 3", "Arches", Role.ARCH, 20, 1),
    ("Arch 4", "Arches", Role.ARCH, 20, 1),
    ("Cane 1", "Candy Canes", Role.CANE, 1, 18),
    ("Cane 2", "Candy Canes", Role.CANE, 1, 18),
    ("Roof Left", "Single Line", Role.ROOF_LINE, 30, 1),
    ("Roof Right", "Single Line", Role.ROOF_LINE, 30, 1),
    ("Window", "Window Frame", Role.WINDOW, 10, 12),
    ("Star", "Star", Role.STAR, 9, 9),
    ("Snowflake 1", "Custom", Role.SNOWFLAKE, 11, 11),
    ("Snowflake 2", "Custom", Role.SNOWFLAKE, 11, 11),
    ("Spinner", "Spinner", Role.SPINNER, 8, 10),
    ("Singing Bulb", "Custom", Role.FACE, 8, 10),
    ("Flood", "Single Line", Role.FLOOD, 1, 1),
    ("Moving Head", "DmxMovingHeadAdv", Role.MOVING_HEAD, 12, 1),
)


def small_house(names: tuple[str, ...] | None = None) -> Display:
    """Eighteen props of thirteen roles in a row, with groups for the families and the whole house."""
    props: list[Prop] = []
    xyz: list[tuple[float, float, float]] = []
    for name, display_as, role, width, height in _HOUSE:
        if names is not None and name not in names:
            continue
        first, count = len(xyz), width * height
        grid_y, grid_x = np.divmod(np.arange(count, dtype=np.int32), width)
        left = 60.0 * len(props)
        xyz.extend((left + float(x), 50.0 + float(y), 0.0) for x, y in zip(grid_x, grid_y, strict=True))
        buffer = Buffer(
            width,
            height,
            grid_x.astype(np.int32),
            grid_y.astype(np.int32),
            np.arange(first, first + count, dtype=np.int32),
        )
        face = (
            ("Bulb", (("Type", "NodeRange"), ("Mouth-AI", "1-8"), ("Eyes-Open", "60-64"), ("FaceOutline", "70-80"))),
        )
        props.append(
            Prop(
                name=name,
                display_as=display_as,
                string_type="RGB Nodes",
                role=RoleGuess(role, 0.9, "test"),
                first_channel=3 * first,
                channel_count=3 * count,
                first_node=first,
                node_count=count,
                buffer=buffer,
                submodels=(),
                strands=(tuple(range(count)),),
                faces=face if role is Role.FACE else (),
                points=np.array(xyz[first:], dtype=np.float32),
            )
        )
    nodes = len(xyz)
    present = [prop.name for prop in props]
    return Display(
        name="small house",
        props=tuple(props),
        groups=_groups(present),
        channel_count=3 * nodes,
        node_channel=3 * np.arange(nodes, dtype=np.int32),
        node_offsets=np.tile(np.array([[0, 1, 2, -1]], dtype=np.int8), (nodes, 1)),
        node_tint=np.full((nodes, 3), 255, dtype=np.uint8),
        node_xyz=np.array(xyz, dtype=np.float32).reshape(-1, 3),
        preview_size=(1280, 720),
    )


def _groups(present: list[str]) -> tuple[Group, ...]:
    rows = (
        ("Whole House", GroupKind.WHOLE_HOUSE, tuple(present)),
        ("All Arches", GroupKind.ROW, tuple(name for name in present if name.startswith("Arch"))),
        ("All Canes", GroupKind.ROW, tuple(name for name in present if name.startswith("Cane"))),
        ("Roof", GroupKind.FAMILY, tuple(name for name in present if name.startswith("Roof"))),
        ("Snowflakes", GroupKind.FAMILY, tuple(name for name in present if name.startswith("Snowflake"))),
    )
    return tuple(
        Group(name, kind, "minimalGrid", 400, members, members, members) for name, kind, members in rows if members
    )


def small_groups() -> list[dict[str, object]]:
    """Display groups in the plain form, for planners."""
    counts: dict[str, int] = {}
    for _, _, role, _, _ in _HOUSE:
        counts[role.value] = counts.get(role.value, 0) + 1
    return [
        {"role_key": role, "model_count": count, "group_type": "family" if count > 1 else "single"}
        for role, count in counts.items()
    ]
