"""Entries of the GoogLeNet and Inception family."""

from generator.records import ModelSpec, Origin, Paper

ENTRIES = (
    ModelSpec(
        slug="googlenet",
        title="GoogLeNet",
        family="Inception",
        year=2014,
        origin=Origin.TORCHVISION,
        factory="torchvision:googlenet",
        kwargs={"aux_logits": False, "init_weights": False},
        input_shape=(3, 224, 224),
        weights="IMAGENET1K_V1",
        paper=Paper(
            title="Going Deeper with Convolutions",
            authors="C. Szegedy, W. Liu, Y. Jia, P. Sermanet, S. Reed et al.",
            venue="CVPR 2015",
            url="https://arxiv.org/abs/1409.4842",
        ),
        summary=(
            "Looks at each place through four branches at once and concatenates what they saw; "
            "1×1 convolutions shrink the channels first, so that width stays affordable."
        ),
        departures=(
            "torchvision adds BatchNorm after every convolution; the paper of 2014 had none.",
            "The branch called 5×5 in the paper is a 3×3 convolution here.",
            "The two auxiliary heads are switched off: they only serve training.",
        ),
    ),
)
