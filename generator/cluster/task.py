"""Decides what a worker of the cluster does itself: start a node, pass on its news."""

import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from tempfile import TemporaryFile
from typing import IO

from distributed import get_worker

from generator.cluster.errand import Begun, Errand, Receipt
from generator.config import Device
from generator.errors import ArchatlasError
from generator.toolchain import Toolchain, toolchain

_SAID_LAST = 3


def carry_out(errand: Errand, topic: str) -> Receipt:
    """Capture one model beside this worker, and tell of every step."""
    slug = errand.request.spec.slug
    differs = differences(errand.toolchain, toolchain_here(errand.request.device))
    if differs:
        return Receipt(slug, 0.0, differs)
    worker = get_worker()
    worker.log_event(topic, (slug, "start", 0.0))
    command = [sys.executable, "-m", "generator.cluster.node"]
    receipt = Receipt(slug, 0.0, "its node ended without a word")
    with (
        TemporaryFile() as said,  # a pipe that nobody reads would stop the node once it is full
        subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said
        ) as node,
    ):
        assert node.stdin is not None  # noqa: S101 - it was asked for
        assert node.stdout is not None  # noqa: S101
        pickle.dump(errand, node.stdin)
        node.stdin.flush()  # left open: while it is, the node knows that its worker lives
        for message in _messages(node.stdout):
            if isinstance(message, Begun):
                worker.log_event(topic, (message.slug, message.step, message.seconds))
            elif isinstance(message, Receipt):
                receipt = message
                break
        else:
            node.wait()
            receipt = Receipt(slug, 0.0, f"its node ended without a word: {_last_lines(said)}")
    return receipt


def _last_lines(said: IO[bytes]) -> str:
    said.seek(0)
    return " / ".join(said.read().decode(errors="replace").strip().splitlines()[-_SAID_LAST:])


def toolchain_here(device: Device) -> Toolchain | str:
    """Return what this worker captures with, or why it cannot."""
    try:
        return toolchain(device)
    except ArchatlasError as error:
        return str(error)


def differences(ours: Toolchain, theirs: Toolchain | str) -> str:
    """Say in what a worker's tools differ from the coordinator's; nothing where they do not."""
    if isinstance(theirs, str):
        return theirs
    mine, others = _versions(ours), _versions(theirs)
    found = [
        f"{name} {others.get(name)} there, {mine.get(name)} here"
        for name in sorted(mine.keys() | others.keys())
        if mine.get(name) != others.get(name)
    ]
    if not found and ours["code"] != theirs["code"]:
        found.append("another version of archatlas itself")
    if not found and ours["device"] != theirs["device"]:
        found.append(f"device {theirs['device']} there, {ours['device']} here")
    return "; ".join(found)


def _versions(tools: Toolchain) -> dict[str, str]:
    found = tools["versions"]
    return found if isinstance(found, dict) else {}


def _messages(stream: IO[bytes]) -> Iterator[object]:
    with suppress(EOFError, pickle.UnpicklingError):
        while True:
            yield pickle.load(stream)  # noqa: S301 - our own node wrote it
