"""What the build is held against: the scripts people assemble today, TorchLens, and the floor.

Run as a program, a process each: `python pipelines.py today|torchlens|floor OUT MODEL …`. Models
are those of torchvision, with random weights; OUT takes what is made.
"""

import json
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
import torchvision
from PIL import Image
from torch import Tensor, nn

PICTURES = 3
ENCODING = "encoding.json"
"""Names the pictures that the floor encodes, a file of pixels each, and how it does so."""
_SHOWN = 64
"""Channels of each grid, as the build shows at most."""


def main() -> None:
    """Run one of the pipelines."""
    warnings.simplefilter("ignore")
    name, out, *models = sys.argv[1:]
    PIPELINES[name](Path(out), models)


def today(out: Path, models: list[str]) -> None:
    """Do one thing after the other, each with a forward pass or a trace of its own."""
    for name in models:
        model, pictures = built(name)
        folder = out / name
        folder.mkdir(parents=True)
        _summarise(model, pictures[:1], folder)
        _draw(model, pictures[:1], folder)
        _export(model, pictures[:1], folder)
        _save_maps(model, pictures, folder)


def torchlens(out: Path, models: list[str]) -> None:
    """Let TorchLens log every operation of one pass with its values; nothing is drawn."""
    import torchlens as lens  # noqa: PLC0415 - only this pipeline pays for it

    out.mkdir(parents=True)
    for name in models:
        model, pictures = built(name)
        with torch.no_grad():
            lens.trace(model, pictures[:1])


def floor(out: Path, models: list[str]) -> None:
    """Do the least that any such tool must, a model in each of two processes.

    The imports, one pass, one export, one ONNX conversion that keeps every operation, as the build
    publishes it, and encoding the pictures that the build made, which lie decoded in `out`/<model>.
    """
    import onnx  # noqa: F401, PLC0415
    import onnxscript  # noqa: F401, PLC0415

    torch.set_num_threads(1)
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        for _ in pool.map(_least, [str(out)] * len(models), models):
            pass


def built(name: str) -> tuple[nn.Module, Tensor]:
    """Return a model with random weights, and pictures for it: (N, 3, H, W)."""
    torch.manual_seed(0)
    more = (
        {"aux_logits": False, "init_weights": False}
        if name in {"googlenet", "inception_v3"}
        else {}
    )
    model = torchvision.models.get_model(name, weights=None, **more).eval()
    side = 299 if name == "inception_v3" else 224
    return model, torch.rand(PICTURES, 3, side, side)


def _summarise(model: nn.Module, picture: Tensor, folder: Path) -> None:
    from torchinfo import summary  # noqa: PLC0415

    table = summary(model, input_data=picture, depth=9, verbose=0)
    (folder / "summary.txt").write_text(str(table))


def _draw(model: nn.Module, picture: Tensor, folder: Path) -> None:
    import pygraphviz  # noqa: PLC0415
    from torchview import draw_graph  # noqa: PLC0415

    drawn = draw_graph(model, input_data=picture, depth=9, expand_nested=True)
    graph = pygraphviz.AGraph(string=drawn.visual_graph.source)
    (folder / "graph.svg").write_bytes(graph.draw(format="svg", prog="dot"))


def _export(model: nn.Module, picture: Tensor, folder: Path) -> None:
    sizes = ({0: torch.export.Dim.DYNAMIC},)
    program = torch.onnx.export(model, (picture,), dynamo=True, dynamic_shapes=sizes, verbose=False)
    program.save(str(folder / "model.onnx"))


def _save_maps(model: nn.Module, pictures: Tensor, folder: Path) -> None:
    """Save the maps that every leaf gives for every picture, as the tutorials do."""
    passed: list[str] = []

    def saver(path: str) -> Callable[[nn.Module, object, Tensor], None]:
        def save(_module: nn.Module, _read: object, maps: Tensor) -> None:
            if isinstance(maps, Tensor) and maps.dim() == 4:  # (1, C, H, W)
                tiles = maps[0, :_SHOWN, None]
                file = folder / f"{len(passed)}-{path}.png"
                torchvision.utils.save_image(
                    tiles, file, nrow=8, padding=5, normalize=True, scale_each=True
                )

        return save

    hooks = [
        module.register_forward_hook(saver(path))
        for path, module in model.named_modules()
        if not list(module.children())
    ]
    with torch.no_grad():
        for picture in pictures:
            model(picture[None])
            passed.append("once more")
    for hook in hooks:
        hook.remove()


def _least(out: str, name: str) -> None:
    warnings.simplefilter("ignore")
    model, pictures = built(name)
    with torch.no_grad():
        model(pictures[:1])
        shapes = ({0: torch.export.Dim.DYNAMIC},)
        program = torch.export.export(
            model, (pictures[:1].repeat(2, 1, 1, 1),), dynamic_shapes=shapes
        )
    torch.onnx.export(program, dynamo=True, optimize=False, verbose=False)
    folder = Path(out, name)
    for file, how in json.loads((folder / ENCODING).read_text()).items():
        Image.fromarray(np.load(folder / file)).save(BytesIO(), "WEBP", method=4, **how)


PIPELINES = {"today": today, "torchlens": torchlens, "floor": floor}

if __name__ == "__main__":
    main()
