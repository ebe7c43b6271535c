"""Decides by which name a capture finds what Python code holds in its hands."""

import copy
import itertools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

from generator.errors import CaptureError, RequestError

_COUNT = itertools.count(1)


@contextmanager
def given(
    model: object, inputs: object, *, has_arguments: bool = False
) -> Iterator[tuple[str, str | None]]:
    """Yield names for a model and its inputs that can be imported while the block runs.

    Names stay as they are. Objects lie in a module of their own meanwhile, a network as a copy.

    Raises:
        RequestError: the model can be neither a name, nor a module, nor a function; or it is there
            already, and no argument can change it.
        CaptureError: the module cannot be copied.
    """
    if isinstance(model, str):
        yield model, _name_of_function(model, inputs)
        return
    if not callable(model):
        raise RequestError(
            f"capture: {type(model).__name__} is no model; give a name, a module, or a function "
            "that makes one"
        )
    if has_arguments and is_network(model):
        raise RequestError(
            f"capture: kwargs: {type(model).__name__} is made already; give the function that "
            "makes it"
        )
    model = _bare(model)
    home = ModuleType(f"archatlas_given_{next(_COUNT)}")
    held = {_name(model): _copied(model) if is_network(model) else model}
    if inputs is not None and not isinstance(inputs, str):
        held["given_inputs"] = _function(inputs)
        inputs = f"{home.__name__}:given_inputs"
    vars(home).update(held)
    sys.modules[home.__name__] = home
    try:
        yield f"{home.__name__}:{_name(model)}", inputs
    finally:
        del sys.modules[home.__name__]


def is_network(model: object) -> bool:
    """Say whether something is a network, and no function or class that makes one."""
    torch = sys.modules.get("torch")  # without it, nobody holds a network
    return torch is not None and isinstance(model, torch.nn.Module)


def _bare(model: Callable[..., object]) -> Callable[..., object]:
    """Return a network without what torch wraps around it, for that has another name."""
    if not is_network(model):
        return model
    from torch import nn  # noqa: PLC0415 - is here already: somebody holds a network

    from generator.capture.wrappers import unwrapped  # noqa: PLC0415

    return unwrapped(model) if isinstance(model, nn.Module) else model


def _name_of_function(model: str, inputs: object) -> str | None:
    if inputs is None or isinstance(inputs, str):
        return inputs
    raise RequestError(
        f"capture: inputs: {model} is captured in a process of its own, where no "
        f"{type(inputs).__name__} of this one is; name a function, such as './nets.py:make_inputs'"
    )


def _copied(network: object) -> object:
    """Return a copy, so that mode, device and buffers of the caller's own stay as they are."""
    try:
        return copy.deepcopy(network)
    except Exception as error:
        raise CaptureError(
            f"{type(network).__name__}: cannot be copied ({type(error).__name__}: {error}); give a "
            "function that makes it"
        ) from error


def _function(inputs: object) -> object:
    return inputs if callable(inputs) else lambda: inputs


def _name(model: object) -> str:
    """Return what a class, a function, or the class of a network is called."""
    found: Callable[..., object] | type = type(model) if is_network(model) else model  # type: ignore[assignment]
    own = getattr(found, "__name__", "")
    return own if own.isidentifier() else "model"
