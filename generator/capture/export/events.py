"""Decides how facts are put so that TensorBoard's own readers understand them."""

import io
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from tensorboard.compat.proto.attr_value_pb2 import AttrValue
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.node_def_pb2 import NodeDef
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.versions_pb2 import VersionDef
from tensorboard.plugins.text.metadata import create_summary_metadata
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util.tensor_util import make_tensor_proto

from generator.records import Histogram, Node, ParameterStats, Shape

PARAMETER_OP = "parameter"
_FORMAT = "brain.Event:2"
_PRODUCER = 22
"""The version of graphs that TensorFlow 1 wrote; older ones are refused."""


class EventFile:
    """A file of events, each written the moment it is added."""

    def __init__(self, writer: RecordWriter, wall_time_s: float) -> None:
        self._writer = writer
        self._wall_time_s = wall_time_s

    def add(self, **content: object) -> None:
        """Write one event; its content is a field of TensorBoard's `Event`."""
        event = Event(wall_time=self._wall_time_s, **content)
        self._writer.write(event.SerializeToString(deterministic=True))

    def add_image(self, tag: str, image: Image.Image) -> None:
        """Write a picture without loss."""
        encoded = io.BytesIO()
        image.save(encoded, "PNG")
        proto = Summary.Image(
            height=image.height,
            width=image.width,
            colorspace=len(image.getbands()),
            encoded_image_string=encoded.getvalue(),
        )
        self.add(summary=Summary(value=[Summary.Value(tag=tag, image=proto)]))

    def add_histogram(self, tag: str, histogram: HistogramProto) -> None:
        """Write how values are spread."""
        self.add(summary=Summary(value=[Summary.Value(tag=tag, histo=histogram)]))

    def add_text(self, tag: str, text: str) -> None:
        """Write a note."""
        metadata = create_summary_metadata(tag, "")
        tensor = make_tensor_proto([text.encode()])
        value = Summary.Value(tag=f"{tag}/text_summary", metadata=metadata, tensor=tensor)
        self.add(summary=Summary(value=[value]))


@contextmanager
def event_file(path: Path) -> Iterator[EventFile]:
    """Open a new file; TensorBoard knows it by `tfevents` in its name."""
    with path.open("wb") as stream:
        events = EventFile(RecordWriter(stream), time.time())
        events.add(file_version=_FORMAT)
        yield events


def histogram_of(stats: ParameterStats) -> HistogramProto | None:
    """Return how a parameter's finite values are spread; none if there are none."""
    if stats.min is None or stats.max is None or stats.mean is None:
        return None
    spread = stats.histogram or Histogram(low=stats.min, high=stats.max, counts=(1,))
    low, high, counts = spread.low, spread.high, spread.counts
    number, step = sum(counts), (high - low) / len(counts)
    return HistogramProto(
        min=stats.min,
        max=stats.max,
        num=number,
        sum=stats.mean * number,
        sum_squares=(stats.std or 0) ** 2 * (number - 1) + stats.mean**2 * number,
        # A bucket is named by its right end: an empty one in front says where the first begins.
        bucket_limit=[low, *(low + step * place for place in range(1, len(counts))), high],
        bucket=[0, *counts],
    )


def graph_of(nodes: Iterable[Node], parameters: Iterable[ParameterStats]) -> GraphDef:
    """Return the operations of a model, in boxes within boxes as its modules are nested."""
    nodes = tuple(nodes)
    names = {node.id: _scoped(node.path, node.id) for node in nodes}
    read = {name for node in nodes for name in node.parameters}
    drawn = [_parameter(stats) for stats in parameters if stats.name in read]
    return GraphDef(
        node=[*drawn, *(_operation(node, names) for node in nodes)],
        versions=VersionDef(producer=_PRODUCER),
    )


def _operation(node: Node, names: dict[str, str]) -> NodeDef:
    producers = [names[producer] for producer in node.inputs if producer in names]
    attributes = {name: AttrValue(s=str(value).encode()) for name, value in node.arguments.items()}
    return NodeDef(
        name=names[node.id],
        op=node.op,
        input=[*producers, *(name.replace(".", "/") for name in node.parameters)],
        attr=attributes | {"_output_shapes": _shapes(node.output_shape)},
    )


def _parameter(stats: ParameterStats) -> NodeDef:
    return NodeDef(
        name=stats.name.replace(".", "/"),
        op=PARAMETER_OP,
        attr={"_output_shapes": _shapes(stats.shape)},
    )


def _scoped(path: str, name: str) -> str:
    return "/".join([*path.split("."), name]) if path else name


def _shapes(shape: Shape) -> AttrValue:
    sizes = [TensorShapeProto.Dim(size=size) for size in shape]
    return AttrValue(list=AttrValue.ListValue(shape=[TensorShapeProto(dim=sizes)]))
