"""Decides what a page's script gets to work out other input sizes with."""

from dataclasses import asdict, dataclass

from generator.analysis.resize import Resized, Trial, legal_squares, resize, trials
from generator.analysis.rules import Rule, Rules
from generator.analysis.words import by_size
from generator.records import ModelRecord
from generator.render.layer_table import anchor_of

_FEW = 3
"""Ranges of legal sizes that a sentence can name."""


@dataclass(frozen=True)
class WhatIf:
    """Whether and how a model takes other input sizes."""

    rules: Rules
    legal: tuple[tuple[int, int], ...]
    """Ranges of square inputs that work, of those that were tried."""
    upto: int
    """The largest one tried."""
    trials: tuple[Trial, ...]

    @property
    def is_offered(self) -> bool:
        """Say whether the rules are known, and agree with every size that really ran."""
        return bool(self.rules.rules) and bool(self.trials) and all(t.agrees for t in self.trials)

    @property
    def smallest(self) -> int | None:
        """The smallest square input from which on every size works; none where sizes are picky."""
        if len(self.legal) == 1 and self.legal[0][1] == self.upto:
            return self.legal[0][0]
        return None

    @property
    def ranges(self) -> str:
        """Name the ranges of square inputs that work, where they are few."""
        if len(self.legal) > _FEW:
            return ""
        return ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in self.legal)

    @property
    def tried(self) -> str:
        """Name the sizes that really ran."""
        return ", ".join(by_size(trial.input_shape[1:]) for trial in self.trials)


def what_if(record: ModelRecord, rules: Rules) -> WhatIf:
    """Find out which sizes a model takes, and hold the rules against those that were tried."""
    if not rules.rules or len(record.input_shape) != 3:  # noqa: PLR2004 - (C, H, W)
        return WhatIf(rules, (), 0, ())
    upto = 2 * max(record.input_shape[1:])
    return WhatIf(rules, legal_squares(rules, upto), upto, trials(record, rules))


def recipe(record: ModelRecord, found: WhatIf) -> dict[str, object]:
    """Return the rules as plain data; each names the row of the layer table that it fills."""
    same = resize(found.rules, record.input_shape[1:])
    assert isinstance(same, Resized)  # noqa: S101 - the size that was observed
    return {
        "input": record.input_shape,
        "legal": found.legal,
        "macs": same.macs,
        "activations": same.activations,
        "rules": [_plain(rule) for rule in found.rules.rules],
    }


def _plain(rule: Rule) -> dict[str, object]:
    """Drop what is empty, and say which row."""
    kept = {"sources", "shape", "varies"}
    fields = {name: value for name, value in asdict(rule).items() if value or name in kept}
    path, call = fields.pop("path", ""), fields.pop("call", 0)
    return fields | {"row": anchor_of(str(path), int(call))} if rule.shape else fields
