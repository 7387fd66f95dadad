from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from support.songs import small_song
from twinklr.core.audio.bundle import Curve
from twinklr.core.choreography.rendered import measure_light, node_colors, render_show
from twinklr.core.display import Buffer, Display, Prop, Role, RoleGuess
from twinklr.core.xlights import Effect, EffectLayer, Row, Sequence

CHANNELS = 20


def prop(name: str, first_node: int, node_count: int) -> Prop:
    nodes = np.arange(first_node, first_node + node_count, dtype=np.int32)
    buffer = Buffer(node_count, 1, nodes - first_node, np.zeros_like(nodes), nodes)
    guess = RoleGuess(Role.PROP, 1.0, "made for a test")
    return Prop(name, "Single Line", "RGB Nodes", guess, 0, 0, first_node, node_count, buffer, (), ())


@pytest.fixture(scope="module")
def display() -> Display:
    """Two RGB nodes, one GRB node, an RGBW node, and two nodes of a single red channel."""
    offsets = [(0, 1, 2, -1), (0, 1, 2, -1), (1, 0, 2, -1), (0, 1, 2, 3), (-1, -1, -1, 0), (-1, -1, -1, 0)]
    tint = [(255, 255, 255)] * 4 + [(255, 0, 0)] * 2
    return Display(
        name="small",
        props=(prop("rgb", 0, 3), prop("rgbw", 3, 1), prop("red", 4, 2)),
        groups=(),
        channel_count=CHANNELS,
        node_channel=np.array([0, 3, 6, 9, 13, 14], dtype=np.int32),
        node_offsets=np.array(offsets, dtype=np.int8),
        node_tint=np.array(tint, dtype=np.uint8),
        node_xyz=np.zeros((6, 3), dtype=np.float32),
        preview_size=(100, 100),
    )


def test_colour_order_white_and_single_colours(display):
    frame = np.zeros((1, CHANNELS), dtype=np.uint8)
    frame[0, :15] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 250, 30, 100, 200]

    assert node_colors(frame, display)[0].tolist() == [
        [1, 2, 3],
        [4, 5, 6],
        [8, 7, 9],
        [40, 50, 255],
        [100, 0, 0],
        [200, 0, 0],
    ]


@given(seed=st.integers(0, 1000), count=st.integers(1, 5))
def test_the_figures_are_those_of_the_light(display, seed, count):
    frames = np.random.default_rng(seed).integers(0, 256, (count + 1, CHANNELS), dtype=np.uint8)
    colors = np.zeros((count, 3, 3), dtype=np.uint8)
    change = np.zeros((count, 3), dtype=np.float32)

    measure_light(frames[1:], frames[0], display, display.props, colors, change)

    light = node_colors(frames, display).astype(int)
    for index, one in enumerate(display.props):
        nodes = slice(one.first_node, one.first_node + one.node_count)
        assert (colors[:, index] == light[1:, nodes].sum(axis=1) // one.node_count).all()
        assert np.allclose(change[:, index], np.abs(np.diff(light[:, nodes], axis=0)).mean(axis=(1, 2)), atol=1e-3)


def test_models_that_are_switched_off_or_ignored_are_not_measured(display, tmp_path):
    off = replace(display.props[0], active=False)
    ignored = replace(display.props[1], ignored=True)
    house = replace(display, props=(off, ignored, display.props[2]))
    layer = EffectLayer((Effect("On", 0, 500, palette="C_BUTTON_Palette1=#FFFFFF,C_CHECKBOX_Palette1=1"),))
    sequence = Sequence(50, 1000, (Row("red", (layer,)),))

    rendered = render_show(sequence, house, tmp_path)

    assert rendered.prop_names == ("red",)
    assert rendered.prop_colors[:10, 0].tolist() == [[255, 0, 0]] * 10
    assert not rendered.prop_colors[10:].any()


def test_light_that_follows_the_song_hears_it(display, tmp_path):
    curve = "C_VALUECURVE_Brightness=Active=TRUE|Id=ID|Type=Music|Min=0.00|Max=400.00|P1=0.00|P2=100.00|RV=TRUE|"
    palette = f"C_BUTTON_Palette1=#FFFFFF,C_CHECKBOX_Palette1=1,{curve}"
    sequence = Sequence(50, 2000, (Row("red", (EffectLayer((Effect("On", 0, 2000, palette=palette),)),)),))
    song = small_song().model_copy(update={"energy": Curve(hop_ms=500, values=(0.0, 1.0, 0.0, 0.5, 0.5))})

    deaf = render_show(sequence, display, tmp_path / "deaf")
    heard = render_show(sequence, display, tmp_path / "heard", song=song)

    assert not deaf.prop_colors.any()
    assert heard.prop_colors[[0, 10, 20, 30], 2, 0].tolist() == [0, 255, 0, 127]


def test_pictures_are_found_in_the_media_folders(display, tmp_path):
    Image.new("RGB", (3, 1), (0, 0, 255)).save(tmp_path / "blue.png")
    settings = "E_FILEPICKER_Pictures_Filename=C:/shows/blue.png,E_CHOICE_Scaling=Scale To Fit"
    sequence = Sequence(50, 500, (Row("rgb", (EffectLayer((Effect("Pictures", 0, 500, settings),)),)),))

    rendered = render_show(sequence, display, tmp_path / "light", media_folders=[tmp_path])

    assert rendered.prop_colors[5, 0].tolist() == [0, 0, 255]
