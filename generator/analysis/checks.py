"""Decides whether a model's numbers agree with each other and with somebody else's."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from generator.analysis.arithmetic import grouped
from generator.analysis.connections import connections
from generator.analysis.layers import Layer, layers
from generator.analysis.message import Message
from generator.analysis.precision import Fit, fit
from generator.analysis.residuals import (
    Part,
    all_norm_parameters,
    bias_outputs,
    other_parameters,
    residual,
)
from generator.analysis.resize import resizable, trials
from generator.analysis.totals import totals
from generator.records import Claim, ModelRecord, ModelSpec, Quantity, Reference, Residual, Text

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
"""Commas of printed figures, which stand beside ours."""
_BIASES = Message("one per output that gets a bias")
_NORMS = Message("normalisation parameters, once")
_OTHERS = Message("weights of other layers, once")
_GMACS = Message("published as GFLOPS, counted as MACs, to three decimals")
_SIZES = Message("all shapes and MACs as the rules say, or refused by both")
_ROWS = Message("one by one, equal parameters and output shape")


@dataclass(frozen=True)
class Check:
    """One number held against another: ours + parts = theirs."""

    what: str
    ours: str
    theirs: str
    source: str
    agrees: bool
    note: Message | None = None
    """What is counted, or how."""
    remark: Text | None = None
    """What a claim's own entry says about a difference that has no computed part."""
    is_binding: bool = True
    """Whether disagreement is a defect; who counts or builds something else may differ."""
    parts: tuple[Part, ...] = ()
    """What they count more (or less) than we do, each reason by itself; none of them zero."""
    reached: str = ""
    """Ours with all parts added; empty where there are none."""
    rest: int = 0
    """What they have more than that, unexplained; zero where the check agrees."""
    path: str = ""
    """Module it is about; empty for the whole net."""
    fit: Fit = Fit.EXACT

    @property
    def verdict(self) -> str:
        """Say in a word how it went."""
        if not self.agrees:
            return "no" if self.is_binding else Fit.NONE
        return "explained" if self.parts else self.fit


def checks(record: ModelRecord, spec: ModelSpec | None = None) -> tuple[Check, ...]:
    """Hold a record against itself, other tools, its code's authors and what the spec claims."""
    if not record.is_captured:
        return ()
    rows = layers(record)
    return (
        *_sums(record, rows),
        *_torchinfo(record, rows),
        *_resized(record),
        *(_published(record, record.reference) if record.reference else ()),
        *(_claimed(claim, record) for claim in (spec.claims if spec else ())),
    )


def _sums(record: ModelRecord, rows: tuple[Layer, ...]) -> Iterable[Check]:
    sums = totals(record)
    source = "sum over all layers"
    yield _against("parameters", sums.params, sum(row.params for row in rows), source)
    yield _against("MACs", sums.macs or 0, sum(row.macs for row in rows), source)


def _resized(record: ModelRecord) -> Iterable[Check]:
    """Hold the rules for other input sizes against the sizes at which the model really ran.

    One that ran at none may look at the size itself, where no rule sees it: then its page offers no
    other size, and there is no number to hold.
    """
    rules = resizable(record)
    tried = trials(record, rules) if rules.rules else ()
    is_fair = any(trial.is_legal for trial in tried) or all(trial.agrees for trial in tried)
    if tried and is_fair:
        alike = sum(trial.agrees for trial in tried)
        yield Check(
            what="other sizes",
            ours=grouped(alike),
            theirs=grouped(len(tried)),
            source="real runs",
            agrees=alike == len(tried),
            note=_SIZES,
        )


def _torchinfo(record: ModelRecord, rows: tuple[Layer, ...]) -> Iterable[Check]:
    """Explain torchinfo's own count: it adds biases per output and norms' parameters once."""
    if record.torchinfo_macs is None:
        return
    yield _against(
        "MACs",
        record.total_macs or 0,
        record.torchinfo_macs,
        "torchinfo",
        parts=(
            Part(_BIASES, bias_outputs(record)),
            Part(_NORMS, all_norm_parameters(record)),
            Part(_OTHERS, other_parameters(record)),
        ),
        is_binding=False,
    )
    yield _torchinfo_rows(record, rows)


def _torchinfo_rows(record: ModelRecord, rows: tuple[Layer, ...]) -> Check:
    """Hold every layer's parameters and output shape against torchinfo's line for it."""
    lines = [row for row in record.torchinfo_rows if row.is_leaf and not row.is_repeated]
    ours = {row.path: (row.params, row.output_shape) for row in rows if row.call == 0}
    alike = [line for line in lines if ours.get(line.path) == (line.params, line.output_shape)]
    return Check(
        what="layers",
        ours=grouped(len(alike)),
        theirs=grouped(len(lines)),
        source="torchinfo",
        agrees=len(alike) == len(lines),
        note=_ROWS,
        is_binding=False,
    )


def _published(record: ModelRecord, reference: Reference) -> Iterable[Check]:
    sums = totals(record)
    if reference.num_params is not None:
        # Auxiliary heads are part of Inception v3's published figure, and not of GoogLeNet's.
        heads = residual(Residual.AUXILIARY_HEADS, record)
        with_heads = sums.params + heads.amount == reference.num_params
        parts = (heads,) if with_heads else ()
        yield _against(
            "parameters", sums.params, reference.num_params, reference.source, parts=parts
        )
    if reference.gmacs is not None:
        ours = (sums.macs or 0) / 1e9
        agrees = abs(ours - reference.gmacs) <= 0.0005 + 1e-9
        yield Check(
            what="MACs",
            ours=f"{ours:.3f} G",
            theirs=f"{reference.gmacs:.3f} G",
            source=reference.source,
            agrees=agrees,
            note=_GMACS,
        )


def _claimed(claim: Claim, record: ModelRecord) -> Check:
    """Hold a printed figure against ours; a paper's figure that differs is no defect of code."""
    ours = _measured(claim, record)
    parts = tuple(residual(reason, record) for reason in claim.residuals)
    known = tuple(part for part in parts if part.amount)
    reached = ours + sum(part.amount for part in known)
    how = fit(reached, claim.printed, claim.value)
    agrees = how is not Fit.NONE
    return Check(
        what=claim.quantity,
        ours=grouped(ours),
        theirs=_THOUSANDS.sub("\u202f", claim.printed),
        source=claim.source,
        agrees=agrees,
        remark=claim.note,
        is_binding=False,
        parts=known,
        reached=grouped(reached) if known else "",
        rest=0 if agrees else round(Fraction(claim.value)) - reached,
        path=claim.path,
        fit=how,
    )


def _measured(claim: Claim, record: ModelRecord) -> int:
    """Return what we count of a claim's quantity, in its module or the whole net."""
    if claim.quantity is Quantity.CONNECTIONS:
        found = connections(record)
        return sum(row.connections for row in found if _is_inside(row.path, claim.path))
    rows = [row for row in layers(record) if _is_inside(row.path, claim.path)]
    return sum(row.macs if claim.quantity is Quantity.MACS else row.params for row in rows)


def _is_inside(path: str, module: str) -> bool:
    return not module or path == module or path.startswith(f"{module}.")


def _against(  # noqa: PLR0913 - a check is made of as many facts
    what: str,
    ours: int,
    theirs: int,
    source: str,
    *,
    parts: tuple[Part, ...] = (),
    is_binding: bool = True,
) -> Check:
    known = tuple(part for part in parts if part.amount)
    reached = ours + sum(part.amount for part in known)
    return Check(
        what=what,
        ours=grouped(ours),
        theirs=grouped(theirs),
        source=source,
        agrees=reached == theirs,
        is_binding=is_binding,
        parts=known,
        reached=grouped(reached) if known else "",
        rest=theirs - reached,
    )
