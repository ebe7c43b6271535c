"""Decides whether a weights file is safe to read, and whether it fits its model."""

import hashlib
import pickle
import re
import struct
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.modules.utils import consume_prefix_in_state_dict_if_present

from generator.errors import CaptureError
from generator.records import Shape

BROKEN = (
    *(AssertionError, EOFError, LookupError, RuntimeError, TypeError, ValueError),
    *(pickle.UnpicklingError, struct.error, SafetensorError),
)
"""What torch and safetensors raise, by format, when the content of a file makes no sense."""

_WRAPPERS = ("state_dict", "model_state_dict", "model")
"""Under which of its keys a training checkpoint holds the state dict."""

_PREFIXES = ("module.", "_orig_mod.", "model.")
"""What DataParallel, torch.compile and training frameworks put before every name."""

_CODE = re.compile(r"GLOBAL (\S+)|reduce for unrecognized function (.+)")
_SHOWN = 3
_SHORT = 16


@dataclass(frozen=True)
class _Misfit:
    """Where a state dict and a model differ, in the order of each."""

    missing: Sequence[str]
    surplus: Sequence[str]
    shapes: Sequence[tuple[str, Shape, Shape]]
    """Names with the shape in the file, then the model's."""


def digest_of(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def shortened(digest: str) -> str:
    """Return what of a digest is enough to tell two files apart."""
    return digest[:_SHORT]


def read_state(path: Path, name: str) -> Mapping[str, Tensor]:
    """Read a state dict, out of whatever checkpoint it is wrapped in; nothing in it is executed.

    Raises:
        CaptureError: it is damaged, holds code, or holds something else than named tensors.
    """
    with readable(name):
        if path.suffix == ".safetensors":
            return load_file(path)
        content = torch.load(path, map_location="cpu", weights_only=True)
    for wrapper in _WRAPPERS:
        if isinstance(content, Mapping) and isinstance(content.get(wrapper), Mapping):
            content = content[wrapper]
    if not _is_state(content):
        raise CaptureError(
            f"{name} is no state dict but {_kind(content)}; "
            "save one with torch.save(net.state_dict(), …)"
        )
    return content  # type: ignore[no-any-return]  # just checked


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Say of a file that cannot be read whether it is damaged, locked or dangerous."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise CaptureError(f"{name} cannot be read ({reason}); check the file") from error
    except BROKEN as error:
        if code := _CODE.search(str(error)):
            raise CaptureError(
                f"{name} holds more than tensors ({code[1] or code[2]}) and was not run; save "
                "tensors alone with torch.save(net.state_dict(), …)"
            ) from error
        raise CaptureError(
            f"{name} is damaged, cut short or no state dict; copy it again, or save one with "
            "torch.save(net.state_dict(), …)"
        ) from error


def place(module: nn.Module, state: Mapping[str, Tensor], name: str) -> None:
    """Give a model the tensors of a state dict, all of them and each in its shape.

    Auxiliary heads serve training and may be left over. So may BatchNorm's count of batches be
    missing: files from before 2018 lack it, and nothing we run reads it.

    Raises:
        CaptureError: names or shapes differ.
    """
    wanted = module.state_dict()
    given = _named_alike(state, wanted)
    try:
        # Lenient, for a net may rename what earlier versions of it saved; judged right below.
        found = module.load_state_dict(given, strict=False)
    except (RuntimeError, ValueError) as error:
        misfit = _compare(given, wanted)
        raise CaptureError(f"{name} does not fit: {_explain(misfit, wanted) or error}") from error
    misfit = _Misfit(_needed(found.missing_keys), _unneeded(found.unexpected_keys), ())
    if said := _explain(misfit, wanted):
        raise CaptureError(f"{name} does not fit: {said}")


def _is_state(content: object) -> bool:
    return (
        isinstance(content, Mapping)
        and bool(content)
        and all(isinstance(k, str) and isinstance(v, Tensor) for k, v in content.items())
    )


def _kind(content: object) -> str:
    if not isinstance(content, Mapping):
        return f"a {type(content).__name__}"
    return f"a dict of {_some([str(key) for key in content])}" if content else "an empty dict"


def _named_alike(
    state: Mapping[str, Tensor], wanted: Mapping[str, Tensor]
) -> OrderedDict[str, Tensor]:
    """Drop prefixes that every name has and no name of the model, and keep the versions."""
    given = OrderedDict(state)
    # Some nets ask which version of theirs was saved, which only torch's own format knows.
    versions = getattr(state, "_metadata", None) or getattr(wanted, "_metadata", {})
    setattr(given, "_metadata", OrderedDict(versions))  # noqa: B010 - where torch keeps them
    for prefix in _PREFIXES:
        if given.keys().isdisjoint(wanted) and all(key.startswith(prefix) for key in given):
            consume_prefix_in_state_dict_if_present(given, prefix)
    return given


def _compare(given: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> _Misfit:
    both = [key for key in wanted if key in given]
    shapes = [(key, tuple(given[key].shape), tuple(wanted[key].shape)) for key in both]
    return _Misfit(
        missing=_needed([key for key in wanted if key not in given]),
        surplus=_unneeded([key for key in given if key not in wanted]),
        shapes=[(key, theirs, ours) for key, theirs, ours in shapes if theirs != ours],
    )


def _needed(missing: Sequence[str]) -> list[str]:
    return [key for key in missing if not key.endswith("num_batches_tracked")]


def _unneeded(surplus: Sequence[str]) -> list[str]:
    return [key for key in surplus if not key.lower().startswith("aux")]


def _explain(misfit: _Misfit, wanted: Mapping[str, Tensor]) -> str:
    """Return what differs and what to do about it; nothing if nothing does."""
    if outputs := _replaced_classifier(misfit, wanted):
        theirs, ours = outputs
        return (
            f"its classifier has {theirs} outputs and the model's has {ours}; pass "
            f"kwargs = {{num_classes = {theirs}}}, or whatever its factory calls them"
        )
    parts = []
    if misfit.missing:
        parts.append(f"missing keys {_some(misfit.missing)}")
    if misfit.surplus:
        parts.append(f"unexpected keys {_some(misfit.surplus)}")
    if misfit.shapes:
        told = [f"{key} {file} in the file, {net} in the model" for key, file, net in misfit.shapes]
        parts.append(f"other shapes: {_some(told)}")
    if not parts:
        return ""
    return f"{'; '.join(parts)}; correct 'factory' and 'kwargs', or name another file"


def _replaced_classifier(misfit: _Misfit, wanted: Mapping[str, Tensor]) -> tuple[int, int] | None:
    """Return both numbers of outputs if nothing else differs, up to the very last tensor."""
    counts = {(theirs[:1], ours[:1]) for _, theirs, ours in misfit.shapes}
    is_all = (
        not misfit.missing
        and not misfit.surplus
        and len(counts) == 1
        and all(theirs[1:] == ours[1:] for _, theirs, ours in misfit.shapes)
        and list(wanted)[-1] in {key for key, _, _ in misfit.shapes}
    )
    if not is_all:
        return None
    ((theirs,), (ours,)) = counts.pop()
    return theirs, ours


def _some(names: Sequence[str]) -> str:
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
