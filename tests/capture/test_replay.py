"""A traced model runs again: every value is what an independent observer of the model sees."""

import pytest
import torch
import torchvision
from torch import Tensor, nn
from torchvision.models.feature_extraction import create_feature_extractor

from generator.capture.replay import Aside, replay, visiting_leaves
from generator.capture.trace import export, nodes_of, outputs_of
from generator.capture.watch import watch
from generator.zoo.nets.shufflenet import ShuffleNetV1


class InPlace(nn.Module):
    """Changes a tensor that another operation made, twice."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, pictures: Tensor) -> Tensor:
        maps = self.relu(self.norm(self.convolve(pictures)))
        maps += 1
        return maps.mean((2, 3))


def values(model: nn.Module, picture: Tensor) -> tuple[dict[str, Tensor], Tensor | None]:
    """Return a copy of what every operation made, and the output."""
    found: dict[str, Tensor] = {}

    def visit(name: str, value: object) -> object:
        if isinstance(value, Tensor):
            found[name] = value.clone()
        return value

    program = export(model, torch.zeros_like(picture))
    with torch.no_grad():
        output = replay(program, picture, visit)
    return found, output


WITNESSED = {
    "squeezenet1_0": ("features.3.squeeze_activation", "features.3.cat", "classifier.2"),
    "resnet18": ("layer1.0.add", "layer2.0.downsample.1", "layer4.1.relu_1", "avgpool"),
    "shufflenet_v2_x0_5": ("stage2.1.chunk", "stage2.0.cat", "stage2.0.view_1", "stage3.1.cat"),
    "googlenet": ("inception3a.branch2.1.bn", "inception3a.cat", "inception5b.branch4.0"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WITNESSED)
def test_values_equal_those_of_an_independent_extractor(name: str) -> None:
    """The tool of torchvision, which traces differently, returns the same numbers.

    The extractor's names are its own; the operation is found by asking which value is equal.
    """
    options = {"init_weights": False} if name == "googlenet" else {}
    model = torchvision.models.get_model(name, weights=None, **options).eval()
    picture = torch.rand(1, 3, 96, 96, generator=torch.Generator().manual_seed(5))
    # In-place activations would overwrite what the extractor returns at the end.
    plain = torchvision.models.get_model(name, weights=None, **options).eval()
    plain.load_state_dict(model.state_dict())
    for module in plain.modules():
        if hasattr(module, "inplace"):
            module.inplace = False
    plain.transform_input = model.transform_input if name == "googlenet" else False
    witness = create_feature_extractor(plain, list(WITNESSED[name]))

    found, _ = values(model, picture)
    with torch.no_grad():
        expected = witness(picture)

    for key, value in expected.items():
        for part in value if isinstance(value, list | tuple) else (value,):
            assert any(part.shape == v.shape and torch.equal(part, v) for v in found.values()), key


@pytest.mark.parametrize("build", [ShuffleNetV1, torchvision.models.shufflenet_v2_x0_5])
def test_modules_return_what_their_last_operation_made(build: type[nn.Module]) -> None:
    """For every module that hooks see, the named operation's value is the module's output."""
    model = build().eval()
    picture = torch.rand(1, 3, 64, 64)
    with watch(model, lambda path, *_: bool(path)) as seen:
        model(picture)
    program = export(model, torch.zeros_like(picture))
    outputs = outputs_of(program, model, nodes_of(program, model), seen.calls)

    found, output = values(model, picture)

    assert output is not None
    assert torch.equal(output, seen.output)
    assert len(seen.maps) > 60
    for path, maps in seen.maps.items():
        assert torch.equal(found[outputs[path]], maps), path


def test_values_are_seen_before_they_are_changed_in_place() -> None:
    """The norm's negative values are there, though the activation writes over them."""
    model = InPlace().eval()
    picture = torch.rand(1, 3, 9, 9)

    found, output = values(model, picture)

    convolved = model.norm(model.convolve(picture))
    torch.testing.assert_close(found["batch_norm"], convolved)
    torch.testing.assert_close(found["relu_"], convolved.relu())
    torch.testing.assert_close(output, convolved.relu().add(1).mean((2, 3)))


def test_a_visitor_may_replace_a_value() -> None:
    """What it returns is what later operations read."""
    model = InPlace().eval()
    program = export(model, torch.zeros(1, 3, 9, 9))

    def blank(name: str, value: object) -> object:
        return torch.zeros_like(value) if name == "relu_" and isinstance(value, Tensor) else value

    with torch.no_grad():
        output = replay(program, torch.rand(1, 3, 9, 9), blank)

    assert output is not None
    assert output.tolist() == [[1.0] * 4]


def test_buffers_and_constants_find_their_place() -> None:
    """Buffers that are not saved, and tensors written in the source, are arguments too."""

    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("scale", torch.tensor(3.0), persistent=False)

        def forward(self, pictures: Tensor) -> Tensor:
            return pictures * self.scale + torch.tensor([1.0, 2.0, 3.0]).view(3, 1, 1)

    picture = torch.rand(1, 3, 2, 2)

    _, output = values(Odd().eval(), picture)

    assert output is not None
    torch.testing.assert_close(output, Odd()(picture))


def test_what_looks_on_has_no_say() -> None:
    """Values go on as they are, and what is made of them is not followed back."""
    followed: list[bool] = []
    along = Aside(lambda _name, value: followed.append((value * 0).requires_grad))
    weight = torch.ones(2, requires_grad=True)

    assert along("a", weight) is weight
    assert (followed, along.has_failed) == ([False], False)


def test_what_fails_while_it_looks_on_looks_no_more() -> None:
    """The run is not its business."""
    names: list[str] = []

    def visit(name: str, _value: object) -> object:
        names.append(name)
        raise ValueError(name)

    along = Aside(visit)

    assert [along(name, 1) for name in "ab"] == [1, 1]
    assert (names, along.has_failed) == (["a"], True)


def test_hooks_on_leaves_never_outlive_the_look() -> None:
    """Also when the model raises."""
    model = InPlace()

    with pytest.raises(RuntimeError), visiting_leaves(model, lambda _name, value: value):
        model(torch.rand(1, 7, 9, 9))

    assert not any(module._forward_hooks for module in model.modules())
