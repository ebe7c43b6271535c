"""Decides which device a model runs on, and that it computes there what a CPU would."""

import os

import torch

from generator.config import Device
from generator.errors import CaptureError


def device_for(asked: Device) -> torch.device:
    """Return the device that the settings ask for, ready to give exact and repeatable results.

    Raises:
        CaptureError: a GPU is asked for, and torch finds none.
    """
    if asked is Device.CPU:
        return torch.device("cpu")
    if not torch.cuda.is_available():
        if asked is Device.AUTO:
            return torch.device("cpu")
        raise CaptureError(
            'device = "cuda": torch finds no GPU here; set device = "auto" or "cpu", or install '
            "torch for CUDA"
        )
    # TF32 keeps ten bits of a product: numbers would differ from a CPU's in the third digit.
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # or sums vary from run to run
    return torch.device("cuda")


def name_of(device: torch.device) -> str:
    """Return what a device calls itself: NVIDIA H200; the CPU's name changes no number."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
