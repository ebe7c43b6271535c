"""Decides whether a model's numbers agree with each other and with somebody else's."""

from dataclasses import dataclass
from math import prod

from generator.analysis.arithmetic import grouped
from generator.analysis.kinds import Kind, kind_of
from generator.analysis.layers import Layer, layers
from generator.analysis.totals import totals
from generator.records import ModelRecord


@dataclass(frozen=True)
class Check:
    """One number held against another."""

    what: str
    ours: str
    theirs: str
    source: str
    agrees: bool
    note: str = ""
    is_binding: bool = True
    """Whether disagreement is a defect; a tool that counts something else may differ."""

    @property
    def verdict(self) -> str:
        """Say in a word how it went."""
        if not self.agrees:
            return "no"
        return "yes" if self.ours == self.theirs else "explained"


def checks(record: ModelRecord) -> tuple[Check, ...]:
    """Hold a record against itself and against what is published about the same code."""
    if not record.is_captured:
        return ()
    sums = totals(record)
    rows = layers(record)
    found = [
        _equal("parameters", sums.params, sum(row.params for row in rows), "sum over all layers"),
        _equal("MACs", sums.macs or 0, sum(row.macs for row in rows), "sum over all layers"),
    ]
    if record.torchinfo_macs is not None:
        found.append(_torchinfo(record))
        found.append(_torchinfo_rows(record, rows))
    reference = record.reference
    if reference is None:
        return tuple(found)
    if reference.num_params is not None:
        found.append(_equal("parameters", sums.params, reference.num_params, reference.source))
    if reference.gmacs is not None:
        ours = (sums.macs or 0) / 1e9
        found.append(
            Check(
                what="MACs",
                ours=f"{ours:.3f} G",
                theirs=f"{reference.gmacs:.3f} G",
                source=reference.source,
                agrees=abs(ours - reference.gmacs) <= 0.0005 + 1e-9,
                note="published as GFLOPS, counted as MACs, to three decimals",
            )
        )
    return tuple(found)


def _equal(what: str, ours: int, theirs: int, source: str) -> Check:
    return Check(what, grouped(ours), grouped(theirs), source, ours == theirs)


def _torchinfo(record: ModelRecord) -> Check:
    """Explain torchinfo's own count: it adds biases per output and BatchNorm's parameters once."""
    ours, theirs = record.total_macs or 0, record.torchinfo_macs or 0
    biases = _bias_outputs(record)
    norms = _norm_parameters(record)
    rest = theirs - ours - biases - norms
    parts = [
        f"{grouped(part)} for {name}"
        for part, name in ((biases, "biases"), (norms, "normalisation parameters"))
        if part
    ]
    note = f"it also counts {' and '.join(parts)}" if parts else ""
    if rest:
        note = "; ".join(filter(None, [note, f"{grouped(rest)} are not explained"]))
    return Check(
        "MACs", grouped(ours), grouped(theirs), "torchinfo", rest == 0, note, is_binding=False
    )


def _torchinfo_rows(record: ModelRecord, rows: tuple[Layer, ...]) -> Check:
    """Hold every layer's parameters and output shape against torchinfo's line for it."""
    lines = [row for row in record.torchinfo_rows if row.is_leaf and not row.is_repeated]
    ours = {row.path: (row.params, row.output_shape) for row in rows if row.call == 0}
    alike = [line for line in lines if ours.get(line.path) == (line.params, line.output_shape)]
    return Check(
        what="layers",
        ours=f"{len(alike)} layers",
        theirs=f"{len(lines)} layers",
        source="torchinfo",
        agrees=len(alike) == len(lines),
        note="one by one, equal parameters and output shape",
        is_binding=False,
    )


def _bias_outputs(record: ModelRecord) -> int:
    """Return the outputs that get a bias added: one operation each."""
    return sum(
        prod(node.output_shape)
        for node in record.nodes
        if kind_of(node) in {Kind.CONV, Kind.LINEAR} and node.arguments.get("bias")
    )


def _norm_parameters(record: ModelRecord) -> int:
    sizes = {parameter.name: parameter.numel for parameter in record.parameters}
    names = {p for node in record.nodes if node.op.endswith("norm") for p in node.parameters}
    return sum(sizes.get(name, 0) for name in names)
