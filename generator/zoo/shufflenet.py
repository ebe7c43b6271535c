"""Entries of the ShuffleNet family."""

from generator.records import ModelSpec, Origin, Paper

ENTRIES = (
    ModelSpec(
        slug="shufflenet_v2_x0_5",
        title="ShuffleNet v2 ×0.5",
        family="ShuffleNet",
        year=2018,
        origin=Origin.TORCHVISION,
        factory="torchvision:shufflenet_v2_x0_5",
        input_shape=(3, 224, 224),
        weights="IMAGENET1K_V1",
        paper=Paper(
            title="ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design",
            authors="N. Ma, X. Zhang, H.-T. Zheng, J. Sun",
            venue="ECCV 2018",
            url="https://arxiv.org/abs/1807.11164",
        ),
        summary=(
            "Half of the channels pass each unit untouched, the other half is convolved, and a "
            "shuffle mixes the two: designed for measured speed, not only for few MACs."
        ),
    ),
)
