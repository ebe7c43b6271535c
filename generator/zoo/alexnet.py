"""Entries of the AlexNet family."""

from generator.records import ModelSpec, Origin, Paper

ENTRIES = (
    ModelSpec(
        slug="alexnet",
        title="AlexNet",
        family="AlexNet",
        year=2012,
        origin=Origin.TORCHVISION,
        factory="torchvision:alexnet",
        input_shape=(3, 224, 224),
        weights="IMAGENET1K_V1",
        paper=Paper(
            title="ImageNet Classification with Deep Convolutional Neural Networks",
            authors="A. Krizhevsky, I. Sutskever, G. E. Hinton",
            venue="NIPS 2012",
            url="https://doi.org/10.1145/3065386",
        ),
        summary=(
            "Depth, ReLU, dropout and two graphics cards: the network that won ILSVRC 2012 and "
            "made learned features the default in vision."
        ),
        departures=(
            (
                "torchvision builds the single-tower net of the 2014 paper “One weird trick for "
                "parallelizing convolutional neural networks”, without local response "
                "normalisation."
            ),
        ),
    ),
)
