"""Entries of the VGG family."""

from generator.records import ModelSpec, Origin, Paper

ENTRIES = (
    ModelSpec(
        slug="vgg16",
        title="VGG-16",
        family="VGG",
        year=2014,
        origin=Origin.TORCHVISION,
        factory="torchvision:vgg16",
        kwargs={"init_weights": False},
        input_shape=(3, 224, 224),
        weights="IMAGENET1K_V1",
        paper=Paper(
            title="Very Deep Convolutional Networks for Large-Scale Image Recognition",
            authors="K. Simonyan, A. Zisserman",
            venue="ICLR 2015",
            url="https://arxiv.org/abs/1409.1556",
        ),
        summary=(
            "Only 3×3 convolutions, stacked: two see as far as one 5×5, three as far as one 7×7, "
            "with fewer parameters and more nonlinearities between them."
        ),
    ),
)
