"""Entries of the LeNet family."""

from generator.records import ModelSpec, Origin, Paper

ENTRIES = (
    ModelSpec(
        slug="lenet_sigmoid",
        title="LeNet (sigmoid)",
        family="LeNet",
        year=1998,
        origin=Origin.OWN,
        factory="generator.zoo.nets.lenet:lenet_sigmoid",
        input_shape=(1, 28, 28),
        labels=tuple("0123456789"),
        paper=Paper(
            title="Gradient-Based Learning Applied to Document Recognition",
            authors="Y. LeCun, L. Bottou, Y. Bengio, P. Haffner",
            venue="Proceedings of the IEEE 86(11), 1998",
            url="https://doi.org/10.1109/5.726791",
        ),
        summary=(
            "The pattern every later network repeats: small shared kernels find local strokes, "
            "pooling makes them coarser, dense layers decide."
        ),
        departures=(
            (
                "Every map of the second convolution sees every map of the first; in 1998 a table "
                "chose which."
            ),
            (
                "Pooling averages without trainable coefficients, and the output is linear instead "
                "of radial basis functions."
            ),
        ),
    ),
)
