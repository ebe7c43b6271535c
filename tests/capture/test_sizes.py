"""Claims about trying a model at other input sizes."""

import pytest
import torch
import toys
from torch import nn

from generator.capture.sizes import other_sizes, try_sizes


def test_three_sizes_of_unlike_and_odd_sides_are_tried() -> None:
    """Rounding shows where sides are odd, mixed-up axes where they differ."""
    assert other_sizes((3, 224, 224)) == ((3, 192, 256), (3, 233, 229), (3, 288, 224))
    assert other_sizes((1, 28, 28)) == ((1, 24, 32), (1, 37, 33), (1, 36, 28))


@pytest.mark.parametrize("shape", [(16,), (4, 16), (3, 4, 8, 8)])
def test_what_is_no_picture_is_left_alone(shape: tuple[int, ...]) -> None:
    """Only height and width have a meaning here."""
    assert other_sizes(shape) == ()


def test_shapes_and_macs_are_those_of_a_real_run() -> None:
    """Whether the model ran with or without values."""
    net = toys.Plain().eval()
    (tried, *_) = try_sizes(net, (3, 32, 32))
    real = net.features(torch.zeros(1, *tried.input_shape))
    assert tried.outputs[-2] == tuple(real.shape)
    assert tried.macs == sum(tuple_macs(net, tried.input_shape))
    assert tried.error is None


def tuple_macs(net: toys.Plain, shape: tuple[int, ...]) -> list[int]:
    """Count by hand: places × kernel × channels."""
    maps = net.features[0](torch.zeros(1, *shape))
    first = maps[0].numel() * 27
    last = net.features(torch.zeros(1, *shape))[0].numel() * 36
    return [first, last, 30]


def test_a_refused_size_says_why() -> None:
    """The error is kept, and the next size is tried all the same."""
    net = nn.Sequential(nn.Flatten(), nn.Linear(3 * 16 * 16, 2)).eval()
    tried = try_sizes(net, (3, 16, 16))
    assert len(tried) == 3
    assert all((one.error or "").startswith("RuntimeError: ") for one in tried)


class _Looks(nn.Module):
    """Decides by values, so that it cannot run without any."""

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return pictures if pictures.sum().item() == 0 else pictures[:, :1]


def test_a_model_that_needs_values_gets_some() -> None:
    """The cheap way without values is not the only one."""
    tried = try_sizes(_Looks(), (3, 14, 14))
    assert [one.outputs for one in tried] == [((1, *one.input_shape),) for one in tried]


def test_the_model_is_left_as_it_was() -> None:
    """Its tensors keep their values and their device, and no hook stays behind."""
    net = toys.Plain().eval()
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    try_sizes(net, (3, 32, 32))
    assert all(torch.equal(before[name], tensor) for name, tensor in net.state_dict().items())
    assert not any(module._forward_hooks for module in net.modules())


def test_three_sizes_take_three_runs() -> None:
    """Of a model that runs without values nothing else need be found out."""
    net = toys.Plain().eval()
    runs: list[object] = []
    handle = net.register_forward_pre_hook(lambda _module, inputs: runs.append(inputs))
    try_sizes(net, (3, 32, 32))
    handle.remove()
    assert len(runs) == 3
