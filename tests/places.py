"""Clusters and stores on this machine: real schedulers, workers and servers, each a process."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

SSHD = Path("/usr/sbin/sshd")
_PATIENCE_S = 60
_DASK = [sys.executable, "-m", "distributed.cli.dask_"]


class Cluster(NamedTuple):
    """A scheduler and what is needed to give it workers."""

    address: str
    folder: Path

    @contextmanager
    def worker(self, name: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        """Let a worker of one thread work while the block runs."""
        command = [
            *(sys.executable, "-m", "distributed.cli.dask_worker", self.address),
            *("--nthreads", "1", "--name", name, "--no-dashboard", "--memory-limit", "0"),
            *("--local-directory", str(self.folder / name)),
        ]
        with running(command, self.folder / f"{name}.log", "Registered to", **environment) as it:
            yield it


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Run a Dask scheduler without workers while the block runs."""
    address = f"tcp://127.0.0.1:{free_port()}"
    command = [
        *(sys.executable, "-m", "distributed.cli.dask_scheduler", "--no-dashboard"),
        *("--host", address),
    ]
    with running(command, folder / "scheduler.log", "Scheduler at"):
        yield Cluster(address, folder)


@contextmanager
def sftp_server(folder: Path) -> Iterator[tuple[str, Path]]:
    """Run OpenSSH's server for this user; yield the address of a folder, and that folder."""
    if not SSHD.exists():
        pytest.skip("NO SSHD: no store is tested over SFTP; install openssh-server")
    port = free_port()
    for name in ("host", "user"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(command, check=True)
    shutil.copy(folder / "user.pub", folder / "authorized")
    Path("/run/sshd").mkdir(exist_ok=True)
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/authorized\nStrictModes no\nPasswordAuthentication no\n"
        "Subsystem sftp internal-sftp\n"
    )
    there = folder / "there"
    there.mkdir()
    command = [str(SSHD), "-D", "-e", "-f", str(folder / "config")]
    with running(command, folder / "sshd.log", "Server listening"):
        yield f"sftp://127.0.0.1:{port}{there}", there


@contextmanager
def s3_server(folder: Path) -> Iterator[str]:
    """Run a server that speaks S3 while the block runs; yield its address."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with running(command, folder / "s3.log", "Running on"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def running(
    command: list[str], log: Path, ready: str, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server while the block does, from when its log says that it is ready."""
    with (
        log.open("wb") as out,
        subprocess.Popen(
            command,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            start_new_session=True,
        ) as process,
    ):
        try:
            end = time.monotonic() + _PATIENCE_S
            while ready not in log.read_text(errors="replace"):
                assert process.poll() is None, log.read_text(errors="replace")
                assert time.monotonic() < end, log.read_text(errors="replace")
                time.sleep(0.1)
            yield process
        finally:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and what it started, at once, as a power cut would."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
