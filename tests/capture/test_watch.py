"""One watched forward pass: calls in order, what each cost, copies of the maps worth showing."""

from itertools import chain

import pytest
import torch
import toys
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models.feature_extraction import create_feature_extractor

from generator.capture.nesting import first_tensor
from generator.capture.views import worth_showing
from generator.capture.watch import module_tree, watch

PICTURE = torch.rand(1, 3, 17, 17, generator=torch.Generator().manual_seed(0))
NETS = [toys.Plain, toys.ResidualNet, toys.Branches, toys.Functional, toys.Shared]


class Overwriting(nn.Module):
    """A convolution whose output an in-place activation overwrites."""

    def __init__(self) -> None:
        super().__init__()
        self.convolve = nn.Conv2d(3, 4, 3)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, pictures: Tensor) -> Tensor:
        return self.relu(self.convolve(pictures))


class Nested(nn.Module):
    """Three modules that return one and the same tensor, and a fourth that changes it in place."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = nn.Sequential(nn.Sequential(nn.Sequential(nn.Conv2d(3, 2, 3))))
        self.changed = nn.Sequential(nn.Sequential(nn.Conv2d(2, 2, 3)), nn.ReLU(inplace=True))

    def forward(self, pictures: Tensor) -> Tensor:
        return self.changed(self.outer(pictures))


class Changing(nn.Module):
    """Changes in place what its container returned, with no module in between."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Sequential(nn.Conv2d(3, 2, 3))

    def forward(self, pictures: Tensor) -> Tensor:
        return self.inner(pictures).relu_()


class Attentive(nn.Module):
    """Attention over twelve pixels, which torch would run as a single opaque kernel."""

    def __init__(self) -> None:
        super().__init__()
        self.attend = nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, pictures: Tensor) -> Tensor:
        pixels = pictures.flatten(2).transpose(1, 2)[:, :12].repeat(1, 1, 2)[..., :4]
        return self.attend(pixels, pixels, pixels, need_weights=False)[0]


class Inferring(toys.Plain):
    """Runs its own forward pass in inference mode, where tensors keep no version count."""

    @torch.inference_mode()
    def forward(self, pictures: Tensor) -> Tensor:
        return super().forward(pictures)


def everything(_path: str, _module: nn.Module, _output: Tensor) -> bool:
    """Keep every output."""
    return True


def nothing(_path: str, _module: nn.Module, _output: Tensor) -> bool:
    """Keep no output."""
    return False


def hooks(model: nn.Module) -> list[object]:
    """Return every hook that is left on a model."""
    modules = list(model.modules())
    return [
        *chain.from_iterable(m._forward_hooks.values() for m in modules),
        *chain.from_iterable(m._forward_pre_hooks.values() for m in modules),
    ]


def test_calls_are_listed_in_the_order_they_begin() -> None:
    """A container stands before what it holds, and every call has its number."""
    model = toys.ResidualNet().eval()

    with watch(model, nothing) as observed:
        model(PICTURE)

    assert [(c.path, c.call) for c in observed.calls][:9] == [
        ("", 0),
        ("stem", 0),
        ("blocks", 0),
        ("blocks.0", 0),
        ("blocks.0.first", 0),
        ("blocks.0.relu", 0),
        ("blocks.0.second", 0),
        ("blocks.0.relu", 1),
        ("blocks.1", 0),
    ]


def test_calls_hold_the_shapes_of_what_went_in_and_came_out() -> None:
    """Shapes are those of the first tensor on either side."""
    model = toys.Plain().eval()

    with watch(model, nothing) as observed:
        model(PICTURE)

    shapes = {call.path: (call.input_shape, call.output_shape) for call in observed.calls}
    assert shapes["features.0"] == ((1, 3, 17, 17), (1, 4, 9, 9))
    assert shapes["classify"] == ((1, 6), (1, 5))
    assert shapes[""] == ((1, 3, 17, 17), (1, 5))


@pytest.mark.parametrize("net", [*NETS, Attentive])
def test_exclusive_macs_add_up_to_torchs_own_count(net: type[nn.Module]) -> None:
    """No multiplication is lost between the modules, and none is counted twice."""
    model = net().eval()
    fastpath = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    plainly = sdpa_kernel(SDPBackend.MATH)  # as products that every release of torch counts
    with torch.no_grad(), plainly, FlopCounterMode(display=False) as counter:
        model(PICTURE)
    torch.backends.mha.set_fastpath_enabled(fastpath)

    with watch(model, nothing) as observed:
        model(PICTURE)

    assert 2 * sum(call.macs for call in observed.calls) == counter.get_total_flops() > 0


def test_macs_are_booked_where_they_are_spent() -> None:
    """A convolution of 2 channels by 3 by 3×3 on 17×17 outputs; its containers spend nothing."""
    model = toys.ResidualNet().eval()

    with watch(model, nothing) as observed:
        model(PICTURE)

    macs = {(call.path, call.call): call.macs for call in observed.calls}
    assert macs["stem", 0] == 17 * 17 * 2 * 3 * 9
    assert macs["classify", 0] == 4 * 3
    assert not any(call.macs for call in observed.calls if not call.is_leaf)


def test_attention_is_counted_like_its_matrix_products() -> None:
    """Three projections in, scores, weighted values, one projection out: none hides in a kernel."""
    model = Attentive().eval()

    with watch(model, nothing) as observed:
        model(PICTURE)

    tokens, width = 12, 4
    assert sum(call.macs for call in observed.calls) == (
        4 * tokens * width * width + 2 * tokens * tokens * width
    )


@pytest.mark.parametrize("is_enabled", [True, False])
def test_the_choice_of_attention_kernels_is_put_back(is_enabled: bool) -> None:  # noqa: FBT001
    """The switch belongs to the whole process, and it is not ours."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(is_enabled)

    with watch(toys.Plain(), nothing):
        during = torch.backends.mha.get_fastpath_enabled()

    after = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(before)
    assert (during, after) == (False, is_enabled)


def test_no_hook_outlives_the_pass() -> None:
    """A watched model is as fast afterwards as before."""
    model = toys.ResidualNet().eval()

    with watch(model, everything):
        model(PICTURE)
        assert hooks(model)

    assert not hooks(model)


def test_no_hook_outlives_a_forward_pass_that_raises() -> None:
    """The model's own error comes through, and nothing stays behind."""
    model = toys.Raises().eval()

    with pytest.raises(ValueError, match="always breaks"), watch(model, everything):
        model(PICTURE)

    assert not hooks(model)


@pytest.mark.parametrize("is_training", [True, False])
def test_mode_and_state_of_the_model_are_left_alone(is_training: bool) -> None:  # noqa: FBT001
    """Watching changes no flag and no number, whatever mode the model came in."""
    model = toys.Plain().train(is_training)
    model.features[1].eval()
    modes = [module.training for module in model.modules()]
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}

    with watch(model, everything):
        model.features[0](PICTURE)

    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(state[name], now) for name, now in model.state_dict().items())


def test_a_map_is_copied_before_it_is_overwritten() -> None:
    """What a convolution returned is shown, not what an in-place ReLU made of it."""
    model = Overwriting().eval()
    expected = F.conv2d(PICTURE, model.convolve.weight, model.convolve.bias).detach()

    with watch(model, everything) as observed:
        model(PICTURE)

    assert torch.equal(observed.maps["convolve"], expected)
    assert torch.equal(observed.maps[""], expected.relu())  # the activation's, as the net's own
    assert expected.min() < 0


def test_one_tensor_returned_by_nested_modules_is_kept_once() -> None:
    """The outermost name stands for all of them; a change in between makes two of it."""
    torch.manual_seed(0)
    model = Nested().eval()

    def containers(path: str, module: nn.Module, _output: Tensor) -> bool:
        return bool(path) and isinstance(module, nn.Sequential)

    with watch(model, containers) as observed:
        model(PICTURE)

    assert list(observed.maps) == ["outer", "changed.0", "changed"]
    assert torch.equal(observed.maps["changed.0"].relu(), observed.maps["changed"])
    assert observed.maps["changed.0"].min() < 0


def test_a_tensor_changed_on_its_way_out_is_kept_twice() -> None:
    """It is the same object still, and yet another map."""
    model = nn.Sequential(Changing()).eval()

    def not_convolutions(_path: str, module: nn.Module, _output: Tensor) -> bool:
        return not isinstance(module, nn.Conv2d)

    with watch(model, not_convolutions) as observed:
        model(PICTURE)

    assert list(observed.maps) == ["0.inner", ""]
    assert observed.maps["0.inner"].min() < 0
    assert torch.equal(observed.maps["0.inner"].relu(), observed.maps[""])


def test_a_module_called_twice_shows_its_first_call() -> None:
    """Later calls of a shared module do not replace what is shown."""
    model = toys.Shared().eval()

    with watch(model, everything) as observed:
        model(PICTURE)

    assert torch.equal(observed.maps["twice"], model.twice(PICTURE).detach())


@pytest.mark.parametrize("net", [toys.Plain, toys.ResidualNet, toys.Branches])
def test_maps_equal_those_of_torchvisions_extractor(net: type[nn.Module]) -> None:
    """Its own library rewrites the graph to get at features; both ways lead to the same numbers."""
    model = net().eval()

    with watch(model, worth_showing(model)) as observed:
        model(PICTURE)

    names = {path: path for path in observed.maps}
    assert names
    with torch.no_grad():
        expected = create_feature_extractor(model, return_nodes=names)(PICTURE)
    overwritten = {"stem"} if net is toys.ResidualNet else set()
    for path in names.keys() - overwritten:
        torch.testing.assert_close(observed.maps[path], expected[path], rtol=0, atol=0)


def test_a_net_in_inference_mode_can_be_watched() -> None:
    """Its tensors count no versions, which is no reason to fail."""
    model = Inferring().eval()

    with watch(model, everything) as observed:
        model(PICTURE)

    assert observed.output is not None
    assert observed.output.shape == (1, 5)


@pytest.mark.parametrize(
    "output",
    [
        PICTURE,
        (PICTURE, torch.zeros(1)),
        [None, PICTURE],
        {"name": "x", "maps": PICTURE, "more": torch.zeros(1)},
        ((), {"inner": [PICTURE]}),
    ],
)
def test_the_first_tensor_is_found_in_any_wrapping(output: object) -> None:
    """Nets return tuples, lists and dictionaries; the first tensor speaks for them."""
    assert first_tensor(output) is PICTURE


@pytest.mark.parametrize("output", [None, "text", 3, (), {"a": None}])
def test_no_tensor_is_no_error(output: object) -> None:
    """A net may return something else altogether."""
    assert first_tensor(output) is None


def test_the_tree_lists_modules_that_are_never_called() -> None:
    """What exists and what runs are two questions."""
    tree = {module.path: module for module in module_tree(toys.Shared())}

    assert list(tree) == ["", "twice", "never"]
    assert (tree["never"].type, tree["never"].is_leaf) == ("Linear", True)
    assert not tree[""].is_plain


def test_a_bare_container_is_told_from_a_class_of_its_own() -> None:
    """Only exact containers are plain; a block that inherits from one is a block."""

    class Block(nn.Sequential):
        """A container with a name that means something."""

    tree = module_tree(nn.Sequential(Block(nn.ReLU()), nn.Sequential(nn.ReLU())))

    plain = {module.path: module.is_plain for module in tree}
    assert plain == {"": True, "0": False, "0.0": False, "1": True, "1.0": False}
