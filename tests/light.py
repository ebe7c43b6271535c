"""Records of structure alone, quickly: modules, calls and the graph, on tensors without values."""

import torch
from torch import nn

from generator.capture.trace import export, nodes_of
from generator.capture.watch import module_tree, watch
from generator.records import ModelRecord, ParameterStats


def light_record(module: nn.Module, *input_shape: int) -> ModelRecord:
    """Run and trace a net without ONNX, pictures or statistics; input_shape is (C, H, W)."""
    module.eval()
    torch.set_num_threads(1)
    first = next(iter(module.parameters()), torch.zeros(()))
    example = torch.zeros(1, *input_shape, device=first.device)
    with watch(module, keep=lambda *_seen: False) as observed:
        module(example)
    return ModelRecord(
        slug="net",
        input_shape=input_shape,
        total_macs=sum(call.macs for call in observed.calls),
        modules=module_tree(module),
        calls=tuple(observed.calls),
        nodes=nodes_of(export(module, example), module),
        parameters=tuple(
            ParameterStats(
                name=name,
                shape=tuple(tensor.shape),
                numel=tensor.numel(),
                bytes=tensor.numel() * tensor.element_size(),
                trainable=tensor.requires_grad,
                mean=None,
                std=None,
                min=None,
                max=None,
            )
            for name, tensor in module.named_parameters()
        ),
    )
