"""Where the early networks' code departs from the paper, and where it keeps to its figures."""

from collections.abc import Callable
from functools import lru_cache

import pytest
import torch
from torch import nn
from torchvision.models.googlenet import Inception

from generator.capture.build import build
from generator.config import WeightsPolicy
from generator.records import Claim, Quantity
from generator.zoo import families
from generator.zoo.families import read_family, zoo_entries
from generator.zoo.nets import alexnet, googlenet, lenet

FILES = ("lenet", "alexnet", "zfnet", "vgg", "nin", "inception")

ENTRIES = [e for name in FILES for e in read_family(families.FOLDER / f"{name}.toml")]

STATED = {(entry.slug, departure.id) for entry in ENTRIES for departure in entry.departures}

KEPT = [
    (entry.slug, claim)
    for entry in ENTRIES
    for claim in entry.claims
    if claim.quantity is Quantity.PARAMETERS and not claim.residuals and claim.note is None
]
"""Figures that are said to need no explanation."""

Net = nn.Module


@lru_cache(maxsize=4)  # VGGs are large, and tests of one net follow each other
def net_of(slug: str) -> Net:
    """Build a network of the zoo as its page shows it."""
    (spec,) = [entry for entry in zoo_entries() if entry.slug == slug]
    return build(spec, WeightsPolicy.RANDOM, 0, families.FOLDER).module


def all_of(net: Net, kind: type[nn.Module]) -> list[nn.Module]:
    """Return the modules of one kind, in order."""
    return [module for module in net.modules() if isinstance(module, kind)]


def filters(net: Net) -> list[int]:
    """Return how many maps each convolution makes."""
    return [module.out_channels for module in all_of(net, nn.Conv2d)]


def kernels(net: Net) -> list[tuple[int, int]]:
    """Return the kernel size of each convolution."""
    return [module.kernel_size for module in all_of(net, nn.Conv2d)]


def shape_after(net: Net, *layers: nn.Module, size: int) -> list[tuple[int, ...]]:
    """Return the shapes that some modules put out for one picture of that size."""
    shapes: dict[nn.Module, tuple[int, ...]] = {}
    hooks = [
        layer.register_forward_hook(lambda m, _i, out: shapes.update({m: tuple(out.shape[1:])}))
        for layer in layers
    ]
    channels = all_of(net, nn.Conv2d)[0].in_channels
    with torch.no_grad():
        net(torch.zeros(1, channels, size, size))
    for hook in hooks:
        hook.remove()
    return [shapes[layer] for layer in layers]


def negated_distances(net: Net) -> None:
    """A code compared with itself scores 0, the most there is, and any other scores less."""
    scores = net.output(net.output.codes)
    assert torch.equal(scores.diagonal(), torch.zeros(10))
    assert (scores.fill_diagonal_(-1.0) < 0).all()


def own_bitmaps(net: Net) -> None:
    """Ten different codes of ±1 over 7×12 dots, fixed, and just those drawn in the file."""
    codes = net.output.codes
    assert codes.shape == (10, 7 * 12)
    assert set(codes.unique().tolist()) == {-1.0, 1.0}
    assert len(codes.unique(dim=0)) == 10
    assert torch.equal(codes, lenet.bitmaps(lenet.DIGITS))
    assert not list(net.output.parameters())


def full_c3(net: Net) -> None:
    """The second convolution reads all maps; LeNet-5's table leaves 36 of 96 pairs out."""
    first, second = all_of(net, nn.Conv2d)
    assert (second.in_channels, second.groups) == (first.out_channels, 1)
    assert sum(map(len, lenet.C3_SOURCES)) == 60


def plain_pooling(net: Net) -> None:
    """Averages without parameters, where the exact net has two per map."""
    pools = all_of(net, nn.AvgPool2d)
    assert len(pools) == 2
    assert not any(list(pool.parameters()) for pool in pools)
    assert sum(p.numel() for p in net_of("lenet5").s2.parameters()) == 2 * 6


def logistic_sigmoid(net: Net) -> None:
    """Values from 0 to 1; the exact net's reach below zero."""
    assert len(all_of(net, nn.Sigmoid)) == 4
    assert not all_of(net, nn.Tanh)
    assert all_of(net_of("lenet5"), lenet.ScaledTanh)[0](torch.tensor(-9.0)) < -1.7


def padded_input(net: Net) -> None:
    """28 pixels with a margin of 2 are as good as 32."""
    first = all_of(net, nn.Conv2d)[0]
    assert first.padding == (2, 2)
    assert shape_after(net, first, size=28) == [(6, 28, 28)]


def linear_output(net: Net) -> None:
    """The last layer is dense and learned."""
    assert isinstance(list(net.modules())[-1], nn.Linear)
    assert not all_of(net, lenet.EuclideanRBF)


def max_pooling(net: Net) -> None:
    """The maximum, without parameters."""
    assert len(all_of(net, nn.MaxPool2d)) == 2
    assert not all_of(net, lenet.Subsampling) + all_of(net, nn.AvgPool2d)


def relu(net: Net) -> None:
    """ReLU and nothing that saturates."""
    assert len(all_of(net, nn.ReLU)) == 3
    assert not all_of(net, nn.Sigmoid) + all_of(net, nn.Tanh) + all_of(net, lenet.ScaledTanh)


def more_maps(net: Net) -> None:
    """20 and 50 in place of 6 and 16."""
    assert filters(net) == [20, 50]


def small_input(net: Net) -> None:
    """Without padding 28 pixels shrink to 4."""
    assert all(layer.padding == (0, 0) for layer in all_of(net, nn.Conv2d))
    assert shape_after(net, net.features, size=28) == [(50, 4, 4)]


def one_hidden_layer(net: Net) -> None:
    """800 → 500 → 10."""
    assert [layer.out_features for layer in all_of(net, nn.Linear)] == [500, 10]


def alexnet_2012_padded_first_layer(net: Net) -> None:
    """With a margin of 2 the first maps are 55×55; without one they would be 54×54."""
    for tower in (net.lower1, net.lower2):
        assert tower.conv1.padding == (2, 2)
        assert shape_after(net, tower.conv1, size=224) == [(48, 55, 55)]
    bare = nn.Conv2d(3, 1, kernel_size=11, stride=4)
    assert bare(torch.zeros(1, 3, 224, 224)).shape[-1] == 54


def single_tower(net: Net) -> None:
    """No convolution is split."""
    assert {layer.groups for layer in all_of(net, nn.Conv2d)} == {1}
    assert not all_of(net, alexnet.LowerTower)
    convolutions = all_of(net, nn.Conv2d)
    assert [layer.in_channels for layer in convolutions[1:]] == filters(net)[:-1]


def alexnet_other_filters(net: Net) -> None:
    """The numbers of the text, and those of the net of 2012 beside them."""
    assert filters(net) == [64, 192, 384, 256, 256]
    assert filters(net_of("alexnet_single")) == [96, 256, 384, 384, 256]


def no_lrn(net: Net) -> None:
    """No response normalisation, which the exact nets have."""
    assert not all_of(net, nn.LocalResponseNorm)
    assert len(all_of(net_of("googlenet_2014"), nn.LocalResponseNorm)) == 2
    assert len(all_of(net_of("alexnet_2012"), nn.LocalResponseNorm)) == 2 * 2


def adaptive_pooling(net: Net) -> None:
    """An adaptive pooling that returns what it was given, at the size of the page."""
    (pool,) = all_of(net, nn.AdaptiveAvgPool2d)
    before, after = shape_after(net, net.features, pool, size=224)
    assert before[1:] == after[1:] == pool.output_size
    maps = torch.rand(1, *before)
    assert torch.equal(pool(maps), maps)


def early_dropout(net: Net) -> None:
    """Each of the first two dense layers comes right after a dropout."""
    layers = [layer for layer in net.classifier if not isinstance(layer, nn.ReLU)]
    assert [type(layer) for layer in layers] == [
        *(nn.Dropout, nn.Linear, nn.Dropout, nn.Linear, nn.Linear)
    ]


def ten_classes(net: Net) -> None:
    """Ten outputs."""
    assert all_of(net, nn.Linear)[-1].out_features == 10


def smaller_maps(net: Net) -> None:
    """54×54 at first, 5×5 in the end."""
    first = all_of(net, nn.Conv2d)[0]
    assert first.padding == (1, 1)
    assert shape_after(net, first, net.features, size=224) == [(96, 54, 54), (256, 5, 5)]


def alexnets_norm(net: Net) -> None:
    """Two response normalisations with the constants of AlexNet, n·α as torch wants it."""
    norms = all_of(net, nn.LocalResponseNorm)
    theirs = all_of(net_of("alexnet_2012"), nn.LocalResponseNorm)[0]
    assert len(norms) == 2
    for norm in norms:
        assert norm.extra_repr() == theirs.extra_repr()
    assert (theirs.size, theirs.alpha, theirs.beta, theirs.k) == (5, 5e-4, 0.75, 2)


def zfnet_response_norm(net: Net) -> None:
    """AlexNet's normalisation, right after each of the first two poolings."""
    alexnets_norm(net)
    layers = list(net.features)
    pools = [i for i, layer in enumerate(layers) if isinstance(layer, nn.MaxPool2d)]
    assert all(isinstance(layers[i + 1], nn.LocalResponseNorm) for i in pools[:2])


def zfnet_padded_first_layer(net: Net) -> None:
    """Padding and rounding up give the sizes of the paper's figure."""
    convolutions, pools = all_of(net, nn.Conv2d), all_of(net, nn.MaxPool2d)
    assert convolutions[0].padding == (1, 1)
    assert [pool.ceil_mode for pool in pools] == [True, True, False]
    shapes = shape_after(net, convolutions[0], pools[0], convolutions[1], pools[1], size=224)
    assert [shape[-1] for shape in shapes] == [110, 55, 26, 13]


def batch_norm(net: Net) -> None:
    """One BatchNorm for each convolution, just as wide."""
    widths = [norm.num_features for norm in all_of(net, nn.BatchNorm2d)]
    assert widths == filters(net)
    assert widths


def superfluous_biases(net: Net) -> None:
    """Each convolution has a bias, and shifting it by anything leaves the normalised maps alone."""
    assert all(layer.bias is not None for layer in all_of(net, nn.Conv2d))
    maps = torch.rand(2, 64, 4, 4, generator=torch.manual_seed(0))
    norm = nn.BatchNorm2d(64)
    torch.testing.assert_close(norm(maps), norm(maps + 3), atol=1e-4, rtol=0)


def four_blocks(net: Net) -> None:
    """Four spatial convolutions, each with two of 1×1."""
    assert kernels(net) == [
        *((11, 11), (1, 1), (1, 1), (5, 5), (1, 1), (1, 1)),
        *((3, 3), (1, 1), (1, 1), (3, 3), (1, 1), (1, 1)),
    ]


def one_dropout(net: Net) -> None:
    """One, and only the last block follows it."""
    layers = list(net.features)
    (place,) = [i for i, layer in enumerate(layers) if isinstance(layer, nn.Dropout)]
    assert len(all_of(net, nn.Dropout)) == 1
    assert place == len(layers) - 2


def googlenet_2014_no_heads(net: Net) -> None:
    """Off unless asked for, and weights move between both forms."""
    assert (net.aux1, net.aux2) == (None, None)
    trained = googlenet.googlenet_2014(auxiliary=True)
    assert len(all_of(trained, googlenet.AuxiliaryHead)) == 2
    plain = googlenet.googlenet_2014()
    plain.load_main(trained.state_dict())
    trained.load_main(plain.state_dict())
    assert torch.equal(plain.classifier.weight, trained.classifier.weight)


def three_by_three(net: Net) -> None:
    """The third branch of all nine modules ends in 3×3; no convolution is 5×5."""
    modules = all_of(net, Inception)
    assert [kernels(module.branch3) for module in modules] == [[(1, 1), (3, 3)]] * 9
    assert (5, 5) not in kernels(net)
    assert kernels(net_of("googlenet_2014")).count((5, 5)) == 9


def small_last_pooling(net: Net) -> None:
    """2×2 where all three before it are 3×3."""
    pools = (net.maxpool1, net.maxpool2, net.maxpool3, net.maxpool4)
    assert [pool.kernel_size for pool in pools] == [3, 3, 3, 2]


def less_dropout(net: Net) -> None:
    """0.2 where the net of the paper has 0.4."""
    assert (net.dropout.p, net_of("googlenet_2014").dropout.p) == (0.2, 0.4)


def googlenet_no_heads(net: Net) -> None:
    """The places of the two heads are empty."""
    assert (net.aux1, net.aux2) == (None, None)


def inception_v3_no_heads(net: Net) -> None:
    """The place of the head is empty."""
    assert net.AuxLogits is None


def pooled_stem(net: Net) -> None:
    """Pooling, 1×1, 3×3, pooling; then the modules begin."""
    names = [name for name, _ in net.named_children()]
    between = names[names.index("maxpool1") + 1 : names.index("Mixed_5b")]
    assert between == ["Conv2d_3b_1x1", "Conv2d_4a_3x3", "maxpool2"]
    layers = (net.Conv2d_3b_1x1, net.Conv2d_4a_3x3)
    assert [(kernels(layer)[0], layer.conv.stride) for layer in layers] == [
        *(((1, 1), (1, 1)), ((3, 3), (1, 1)))
    ]


def five_by_five_kept(net: Net) -> None:
    """Three 5×5 convolutions, one in each module of the highest resolution."""
    modules = (net.Mixed_5b, net.Mixed_5c, net.Mixed_5d)
    assert [kernels(module).count((5, 5)) for module in modules] == [1, 1, 1]
    assert kernels(net).count((5, 5)) == 3


Assertion = Callable[[Net], None]

PROOFS: dict[tuple[str, str], Assertion] = {
    ("lenet5", "negated_distances"): negated_distances,
    ("lenet5", "own_bitmaps"): own_bitmaps,
    ("lenet_sigmoid", "full_c3"): full_c3,
    ("lenet_sigmoid", "plain_pooling"): plain_pooling,
    ("lenet_sigmoid", "logistic_sigmoid"): logistic_sigmoid,
    ("lenet_sigmoid", "padded_input"): padded_input,
    ("lenet_sigmoid", "linear_output"): linear_output,
    ("lenet_relu", "full_c3"): full_c3,
    ("lenet_relu", "max_pooling"): max_pooling,
    ("lenet_relu", "relu"): relu,
    ("lenet_relu", "more_maps"): more_maps,
    ("lenet_relu", "small_input"): small_input,
    ("lenet_relu", "one_hidden_layer"): one_hidden_layer,
    ("lenet_relu", "linear_output"): linear_output,
    ("alexnet_2012", "padded_first_layer"): alexnet_2012_padded_first_layer,
    ("alexnet", "single_tower"): single_tower,
    ("alexnet", "other_filters"): alexnet_other_filters,
    ("alexnet", "no_lrn"): no_lrn,
    ("alexnet", "adaptive_pooling"): adaptive_pooling,
    ("alexnet", "early_dropout"): early_dropout,
    ("alexnet_single", "single_tower"): single_tower,
    ("alexnet_single", "ten_classes"): ten_classes,
    ("alexnet_single", "no_lrn"): no_lrn,
    ("alexnet_single", "smaller_maps"): smaller_maps,
    ("zfnet", "response_norm"): zfnet_response_norm,
    ("zfnet", "padded_first_layer"): zfnet_padded_first_layer,
    ("vgg11", "adaptive_pooling"): adaptive_pooling,
    ("vgg13", "adaptive_pooling"): adaptive_pooling,
    ("vgg16", "adaptive_pooling"): adaptive_pooling,
    ("vgg19", "adaptive_pooling"): adaptive_pooling,
    ("vgg16_bn", "adaptive_pooling"): adaptive_pooling,
    ("vgg16_bn", "batch_norm"): batch_norm,
    ("vgg16_bn", "superfluous_biases"): superfluous_biases,
    ("nin", "four_blocks"): four_blocks,
    ("nin", "one_dropout"): one_dropout,
    ("nin_imagenet", "four_blocks"): four_blocks,
    ("nin_imagenet", "one_dropout"): one_dropout,
    ("googlenet_2014", "no_heads"): googlenet_2014_no_heads,
    ("googlenet_2014", "borrowed_norm"): alexnets_norm,
    ("googlenet", "batch_norm"): batch_norm,
    ("googlenet", "three_by_three"): three_by_three,
    ("googlenet", "no_lrn"): no_lrn,
    ("googlenet", "small_last_pooling"): small_last_pooling,
    ("googlenet", "less_dropout"): less_dropout,
    ("googlenet", "no_heads"): googlenet_no_heads,
    ("inception_v3", "no_heads"): inception_v3_no_heads,
    ("inception_v3", "pooled_stem"): pooled_stem,
    ("inception_v3", "five_by_five_kept"): five_by_five_kept,
}


def test_every_departure_has_a_proof_and_every_proof_a_departure() -> None:
    """Nothing is stated that no code was asked about."""
    assert PROOFS.keys() == STATED


@pytest.mark.slow
@pytest.mark.parametrize(("slug", "id_"), PROOFS, ids=map("-".join, PROOFS))
def test_a_departure_is_true_of_the_running_code(slug: str, id_: str) -> None:
    """What the fidelity card says holds for the very net that the page shows."""
    PROOFS[slug, id_](net_of(slug))


@pytest.mark.slow
@pytest.mark.parametrize(("slug", "claim"), KEPT)
def test_a_claim_without_explanation_needs_none(slug: str, claim: Claim) -> None:
    """The running code has as many parameters as the source prints, to its last digit."""
    found = sum(p.numel() for p in net_of(slug).get_submodule(claim.path).parameters())
    last_digit = 10**6 if claim.printed.endswith("million") else 1
    assert round(found / last_digit) * last_digit == claim.value
