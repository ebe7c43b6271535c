"""Decides which modules are blocks: the outermost composed modules that the net is built from."""

from collections import Counter
from collections.abc import Iterator

from generator.records import ModelRecord, ModuleInfo

_MIN_WEIGHTED_LEAVES = 2


def block_paths(record: ModelRecord) -> tuple[str, ...]:
    """Return the paths of the modules that count as blocks, in order of the tree.

    A block is a module of its own class (no bare Sequential) with at least two weighted layers
    inside; of nested candidates the outer one, unless its class occurs once and the inner repeats.
    """
    classes = Counter(module.type for module in record.modules)
    weighted = {call.path for call in record.calls if call.macs}
    modules = {module.path: module for module in record.modules}
    candidates = {path for path, module in modules.items() if _is_candidate(module, path, weighted)}
    return tuple(_outermost("", modules, candidates, classes))


def is_below(path: str, ancestor: str) -> bool:
    """Say whether a module path lies at or under another."""
    return not ancestor or path == ancestor or path.startswith(f"{ancestor}.")


def _is_candidate(module: ModuleInfo, path: str, weighted: set[str]) -> bool:
    if not path or module.is_leaf or module.is_plain:
        return False
    return sum(is_below(leaf, path) for leaf in weighted) >= _MIN_WEIGHTED_LEAVES


def _outermost(
    path: str, modules: dict[str, ModuleInfo], candidates: set[str], classes: Counter[str]
) -> Iterator[str]:
    if path in candidates:
        inner = [c for c in candidates if c != path and is_below(c, path)]
        repeats_inside = any(classes[modules[c].type] > 1 for c in inner)
        if classes[modules[path].type] > 1 or not repeats_inside:
            yield path
            return
    for child in modules:
        if child and child.rpartition(".")[0] == path:
            yield from _outermost(child, modules, candidates, classes)
