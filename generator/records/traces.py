"""Decides how the structure of a model is recorded: operations, modules, calls, sizes."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from generator.records.base import Argument, Frozen, Shape


class TraceMethod(StrEnum):
    """How a graph was obtained, best first."""

    EXPORT = "torch.export"
    FX = "torch.fx"
    HOOKS = "module hooks"


class Node(Frozen):
    """One operation of the traced graph, in execution order."""

    id: str
    op: str = Field(description="ATen name without overload, such as conv2d, add, cat")
    path: str = Field(description="innermost module that ran it; empty for the model itself")
    call: int = Field(default=0, description="which call of that module, from 0")
    inputs: tuple[str, ...] = Field(default=(), description="ids of the producers, in order")
    output_shape: Shape = ()
    parameters: tuple[str, ...] = Field(default=(), description="names of parameters it reads")
    arguments: Mapping[str, Argument] = {}
    onnx: str | None = Field(default=None, description="name of its node in model.onnx")


class ModuleCall(Frozen):
    """One call of one module during the observed forward pass."""

    path: str
    call: int = Field(description="which call of this module, from 0")
    type: str
    is_leaf: bool
    input_shape: Shape = ()
    output_shape: Shape = ()
    macs: int = Field(description="MACs spent here and in no submodule (FlopCounterMode / 2)")


class OtherSize(Frozen):
    """What a model does with an input of another height and width."""

    input_shape: Shape = Field(description="without the batch")
    outputs: tuple[Shape, ...] = Field(default=(), description="of every call of a leaf, in order")
    macs: int | None = None
    error: str | None = Field(default=None, description="why it refuses this size")


class TorchinfoRow(Frozen):
    """One line of torchinfo's table: somebody else's view of the same call."""

    path: str
    type: str
    output_shape: Shape
    params: int
    is_leaf: bool
    is_repeated: bool = Field(description="whether an earlier line holds the same module")


class ModuleInfo(Frozen):
    """One module of the tree, called or not."""

    path: str
    type: str
    is_leaf: bool
    is_plain: bool = Field(description="a bare Sequential, ModuleList or ModuleDict")
