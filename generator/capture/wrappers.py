"""Decides which module is watched where torch wraps one: the net itself, wherever it can be had."""

from torch import nn
from torch.jit._script import RecursiveScriptModule
from torch.nn.parallel import DistributedDataParallel

_COMPILED = "OptimizedModule"
"""What torch.compile returns; to import its class takes as long as torch itself."""


class TorchScript(nn.Module):
    """Holds a net that was compiled as a whole, for nobody can watch that: its calls can be."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, *arguments: object, **named: object) -> object:
        """Pass everything on."""
        return self.net(*arguments, **named)


def unwrapped(module: nn.Module) -> nn.Module:
    """Return the net inside of what makes it run faster, or on several GPUs."""
    if type(module).__name__ == _COMPILED:
        return unwrapped(module.get_submodule("_orig_mod"))
    if isinstance(module, nn.DataParallel | DistributedDataParallel):
        return unwrapped(module.module)
    return TorchScript(module) if isinstance(module, RecursiveScriptModule) else module
