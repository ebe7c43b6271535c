"""Decides how a net learns here: scikit-learn's digits, in seconds, the same way every time."""

import hashlib
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - torch's own convention

from generator.capture.checkpoint import BROKEN
from generator.capture.inputs import fit, to_tensor
from generator.files import write_if_changed
from generator.pictures import all_digits
from generator.records import ModelSpec, Text, TrainingRun

HELD_OUT = 360
"""The first fifth of the table is never learned from; the digits the pages show are in there."""

DATASET = "scikit-learn's digits"

_BATCH = 32
_LEARNING_RATE = 5e-3
_LEARNED = 0.98
_COOLING_EPOCHS = 2
_MOST_EPOCHS = 30
_SOFTENING = 10.0

_RECIPE = Text(
    en=f"Adam with a learning rate of {_LEARNING_RATE} on cross-entropy, batches of {_BATCH}; once "
    f"{_LEARNED:.0%} of an epoch's digits are classified correctly, {_COOLING_EPOCHS} more epochs "
    "with a falling rate. Minus squared distances, as LeNet-5 gives them, are divided by "
    f"{_SOFTENING:g} first.",
    zh=f"Adam，学习率 {_LEARNING_RATE}，交叉熵损失，每批 {_BATCH} 张；当一轮中 {_LEARNED:.0%} "
    f"的数字分类正确后，再以递减的学习率训练 {_COOLING_EPOCHS} 轮。"
    f"LeNet-5 输出的负平方距离先除以 {_SOFTENING:g}。",
)


@dataclass(frozen=True)
class _Digits:
    """Pictures (N, C, H, W) as the net will see them on its page, and what they show (N,)."""

    pictures: Tensor
    values: Tensor


@dataclass(frozen=True)
class Trained:
    """How training went, and the digest of the weights it ended with."""

    run: TrainingRun
    sha256: str


def train(
    module: nn.Module, spec: ModelSpec, input_shape: tuple[int, ...], seed: int, cache: Path
) -> Trained:
    """Train a net on digits, or load what the same training left in the cache; measure it anew.

    The cache is a folder. What is in there was trained from the same source, start and digits.
    """
    table = _digits(input_shape)
    examples = _Digits(table.pictures[HELD_OUT:], table.values[HELD_OUT:])
    unseen = _Digits(table.pictures[:HELD_OUT], table.values[:HELD_OUT])
    path = cache / f"{_digest(module, spec, seed, table)}.pt"
    epochs = _load(module, path)
    if epochs is None:
        with _repeatable(seed):
            epochs = _learn(module, examples)
        _save(module, epochs, path)
    run = TrainingRun(
        dataset=DATASET,
        examples=len(examples.values),
        held_out=len(unseen.values),
        epochs=epochs,
        held_out_accuracy=_accuracy(module, unseen),
        recipe=_RECIPE,
    )
    return Trained(run, hashlib.sha256(path.read_bytes()).hexdigest())


def _digits(input_shape: tuple[int, ...]) -> _Digits:
    rows = all_digits()
    pictures = [to_tensor(fit(row.source, input_shape)) for row in rows]
    return _Digits(torch.stack(pictures), torch.tensor([row.value for row in rows]))


def _learn(module: nn.Module, examples: _Digits) -> int:
    """Train until most of an epoch goes well, then cool down; return the number of epochs."""
    learning = [parameter for parameter in module.parameters() if parameter.requires_grad]
    optimiser = torch.optim.Adam(learning, lr=_LEARNING_RATE)
    softening = _softening(module, examples)
    module.train()
    epoch, last = 0, _MOST_EPOCHS
    while epoch < last:
        epoch += 1
        is_cooling = last < _MOST_EPOCHS
        rate = (last - epoch + 1) / (_COOLING_EPOCHS + 1) if is_cooling else 1.0
        optimiser.param_groups[0]["lr"] = _LEARNING_RATE * rate
        share = _run_epoch(module, examples, optimiser, softening)
        if share >= _LEARNED and not is_cooling:
            last = epoch + _COOLING_EPOCHS
    module.zero_grad()
    module.eval()
    return epoch


def _run_epoch(
    module: nn.Module, examples: _Digits, optimiser: torch.optim.Optimizer, softening: float
) -> float:
    """Learn from every example once; return the share that was right just before."""
    right = 0
    for batch in torch.split(torch.randperm(len(examples.values)), _BATCH):
        scores, values = module(examples.pictures[batch]), examples.values[batch]
        loss = F.cross_entropy(scores / softening, values)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch's
        optimiser.step()
        right += int((scores.argmax(dim=1) == values).sum())
    return right / len(examples.values)


def _softening(module: nn.Module, examples: _Digits) -> float:
    """Divide minus squared distances, which differ so much that the softmax would be saturated.

    With them, cross-entropy is the criterion of LeCun et al. (1998), eq. 9, without its class for
    rubbish.
    """
    with torch.no_grad():
        scores = module(examples.pictures[:_BATCH])
    return _SOFTENING if bool((scores <= 0).all()) else 1.0


def _accuracy(module: nn.Module, digits: _Digits) -> float:
    with torch.no_grad():
        found = module(digits.pictures).argmax(dim=1)
    return int((found == digits.values).sum()) / len(digits.values)


def _digest(module: nn.Module, spec: ModelSpec, seed: int, table: _Digits) -> str:
    """Address trained weights by everything that decides about them."""
    facts = [spec.factory, dict(spec.kwargs), spec.training, seed, torch.__version__, sys.platform]
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for path in sorted({Path(__file__), *_sources(module)}):
        digest.update(path.read_bytes())
    for tensor in (table.pictures, table.values, *module.state_dict().values()):
        digest.update(tensor.numpy().tobytes())
    return digest.hexdigest()[:32]


def _sources(module: nn.Module) -> Iterator[Path]:
    """Return the files whose classes a net is made of; torch's own are told by its version."""
    for name in {type(part).__module__ for part in module.modules()}:
        file = getattr(sys.modules.get(name), "__file__", None)
        if file is not None and not name.startswith("torch."):
            yield Path(file)


def _load(module: nn.Module, path: Path) -> int | None:
    """Load trained weights and return their epochs; none if there are none, or they are damaged."""
    try:
        saved = torch.load(path, weights_only=True)
        module.load_state_dict(saved["state"])
    except (OSError, *BROKEN):
        return None
    return int(saved["epochs"])


def _save(module: nn.Module, epochs: int, path: Path) -> None:
    encoded = io.BytesIO()
    torch.save({"state": module.state_dict(), "epochs": epochs}, encoded)
    write_if_changed(path, encoded.getvalue())


@contextmanager
def _repeatable(seed: int) -> Iterator[None]:
    """Compute on one thread with random numbers of its own: nothing else decides, or is changed."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)
