"""Entries of the ResNet family."""

from generator.records import ModelSpec, Origin, Paper

DEEP_RESIDUAL_LEARNING = Paper(
    title="Deep Residual Learning for Image Recognition",
    authors="K. He, X. Zhang, S. Ren, J. Sun",
    venue="CVPR 2016",
    url="https://arxiv.org/abs/1512.03385",
)

ENTRIES = (
    ModelSpec(
        slug="resnet18",
        title="ResNet-18",
        family="ResNet",
        year=2015,
        origin=Origin.TORCHVISION,
        factory="torchvision:resnet18",
        input_shape=(3, 224, 224),
        weights="IMAGENET1K_V1",
        paper=DEEP_RESIDUAL_LEARNING,
        summary=(
            "Each block learns only what to add to its input. The shortcut that carries the input "
            "past it lets very deep networks train at least as well as shallow ones."
        ),
    ),
)
