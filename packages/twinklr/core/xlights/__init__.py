"""xLights files as values: layouts, controllers, sequences, settings strings and rendered frames; no music here."""

from twinklr.core.xlights.channels import StartChannels, resolve_start_channels
from twinklr.core.xlights.check import check_sequence
from twinklr.core.xlights.convert import Extent, convert_layout, convert_sequence
from twinklr.core.xlights.convert_networks import convert_networks
from twinklr.core.xlights.counts import (
    StringType,
    channel_count,
    channels_per_node,
    custom_node_numbers,
    is_known_string_type,
    layer_sizes,
    node_count,
    segment_nodes,
    string_count,
    string_type,
)
from twinklr.core.xlights.curves import (
    ColorCurveText,
    ValueCurveText,
    format_color_curve,
    format_value_curve,
    is_curve,
    parse_color_curve,
    parse_value_curve,
)
from twinklr.core.xlights.files import atomic_file, back_up, write_atomically
from twinklr.core.xlights.findings import Finding
from twinklr.core.xlights.fseq_header import Compression, FseqHeader, VariableHeader
from twinklr.core.xlights.fseq_reader import FseqFile, read_fseq
from twinklr.core.xlights.fseq_writer import FseqOptions, write_fseq
from twinklr.core.xlights.layout import (
    LAYOUT_FILE,
    GroupElement,
    InfoElement,
    Layout,
    ModelElement,
    SubmodelElement,
    View,
    read_layout,
)
from twinklr.core.xlights.layout_check import check_layout
from twinklr.core.xlights.markup import Markup, parse_xml
from twinklr.core.xlights.merge import merge_rows
from twinklr.core.xlights.model_types import normalise_type
from twinklr.core.xlights.networks import NETWORKS_FILE, Controller, Networks, Output, read_networks
from twinklr.core.xlights.parameters import (
    Parameter,
    default_settings,
    effect_names,
    effect_parameters,
    shared_parameters,
)
from twinklr.core.xlights.sequence import Effect, EffectLayer, Row, Sequence, SubRow, TimingTrack
from twinklr.core.xlights.sequence_reader import read_sequence
from twinklr.core.xlights.sequence_writer import sequence_to_bytes, write_sequence
from twinklr.core.xlights.settings import format_settings, parse_settings, setting, with_settings

__all__ = [
    "LAYOUT_FILE",
    "NETWORKS_FILE",
    "ColorCurveText",
    "Compression",
    "Controller",
    "Effect",
    "EffectLayer",
    "Extent",
    "Finding",
    "FseqFile",
    "FseqHeader",
    "FseqOptions",
    "GroupElement",
    "InfoElement",
    "Layout",
    "Markup",
    "ModelElement",
    "Networks",
    "Output",
    "Parameter",
    "Row",
    "Sequence",
    "StartChannels",
    "StringType",
    "SubRow",
    "SubmodelElement",
    "TimingTrack",
    "ValueCurveText",
    "VariableHeader",
    "View",
    "atomic_file",
    "back_up",
    "channel_count",
    "channels_per_node",
    "check_layout",
    "check_sequence",
    "convert_layout",
    "convert_networks",
    "convert_sequence",
    "custom_node_numbers",
    "default_settings",
    "effect_names",
    "effect_parameters",
    "format_color_curve",
    "format_settings",
    "format_value_curve",
    "is_curve",
    "is_known_string_type",
    "layer_sizes",
    "merge_rows",
    "node_count",
    "normalise_type",
    "parse_color_curve",
    "parse_settings",
    "parse_value_curve",
    "parse_xml",
    "read_fseq",
    "read_layout",
    "read_networks",
    "read_sequence",
    "resolve_start_channels",
    "segment_nodes",
    "sequence_to_bytes",
    "setting",
    "shared_parameters",
    "string_count",
    "string_type",
    "with_settings",
    "write_atomically",
    "write_fseq",
    "write_sequence",
]
