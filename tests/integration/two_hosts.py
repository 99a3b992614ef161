#!/usr/bin/env python3
"""Trains over two hosts and expects the bits that one worker of one host gives.

    two_hosts.py PROGRAMS

The hosts are network namespaces joined by a virtual cable: the coordinator and two workers on the
first, one worker on the second. So gradients go through shared memory within a host and over the
cable between hosts. Exit status 77, with the reason, where namespaces cannot be made.
"""

import contextlib
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import zipfile

import numpy as np
from with_cluster import Cluster, cluster

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77
TIMEOUT_S = 120
PORT = 7470
ROWS, BATCH, EPOCHS, SHARDS = 384, 64, 2, 4
FIT = ["fit", str(ROOT / "client/examples/fashion_cnn.keras"), "--follow", "--seed", "7",
       "--epochs", str(EPOCHS), "--batch-size", str(BATCH),
       "--virtual-shards", str(SHARDS)]  # fmt: skip


class Cable:
    """Two namespaces and the cable between them; removed at the end."""

    def __init__(self):
        self.hosts = [f"tri{os.getpid()}h{host}" for host in (0, 1)]
        self.addresses = [f"10.213.48.{host + 1}" for host in (0, 1)]

    def __enter__(self):
        try:
            for name in self.hosts:
                ip("netns", "add", name)
            first, second = self.hosts
            ip("link", "add", first, "netns", first, "type", "veth",
               "peer", "name", second, "netns", second)  # fmt: skip
            for name, address in zip(self.hosts, self.addresses):
                ip("-n", name, "addr", "add", f"{address}/24", "dev", name)
                ip("-n", name, "link", "set", name, "up")
                ip("-n", name, "link", "set", "lo", "up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in self.hosts:
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL)

    def on_host(self, host, command):
        return ["ip", "netns", "exec", self.hosts[host], *command]

    def nbytes(self):
        """Bytes that have gone over the cable."""
        shown = ip("-n", self.hosts[1], "-s", "-j", "link", "show", self.hosts[1])
        totals = json.loads(shown)[0]["stats64"]
        return totals["rx"]["bytes"] + totals["tx"]["bytes"]


class ClusterOfTwoHosts(Cluster):
    def __init__(self, programs, folder, cable):
        super().__init__(programs, 3, folder)
        self.cable = cable
        self.address = f"{cable.addresses[0]}:{PORT}"

    def start_all(self):
        self.start_on(0, "coordinator", "tricorn-coordinator", f"--listen={self.address}")
        for index, host in enumerate([0, 0, 1]):
            self.start_on(host, f"worker-{index}", "tricorn-worker",
                          f"--coordinator={self.address}", f"--id=worker-{index}", "--threads=1",
                          f"--listen={self.cable.addresses[host]}:0")  # fmt: skip
        self.wait_for_workers(self.workers)

    def start_on(self, host, name, program, *arguments):
        log = open(self.folder / f"{name}.log", "w")
        command = [self.programs / program, f"--data-dir={self.folder / name}", "--insecure",
                   "--http-listen=127.0.0.1:0", *arguments]  # fmt: skip
        self.processes[name] = subprocess.Popen(
            self.cable.on_host(host, command), stdout=log, stderr=log
        )

    def ready_workers(self):
        shown = subprocess.run(self.client(["workers", "--json"]), capture_output=True, text=True)
        if shown.returncode != 0:
            return 0
        workers = json.loads(shown.stdout)["workers"]
        return sum(worker["state"] == "ready" for worker in workers)

    def client(self, arguments):
        tricorn = [self.programs / "tricorn", "--coordinator", self.address, *arguments]
        return self.cable.on_host(0, tricorn)


def ip(*arguments):
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise OSError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def weights_of(archive):
    with zipfile.ZipFile(archive) as opened:
        return opened.read("model.weights.h5")


def train(client, data, workers, output):
    """The trained weights, as the bytes of their file."""
    fit = [*FIT, "--data", str(data), "--workers", str(workers), "--name", "trained"]
    for arguments in (fit, ["models", "download", "trained", "--output", str(output)]):
        subprocess.run(client(arguments), check=True, timeout=TIMEOUT_S)
    return weights_of(output)


def train_on_one_host(programs, folder, data):
    with cluster(programs, 1) as running:
        program = [running.programs / "tricorn", "--coordinator", running.address]
        return train(lambda arguments: [*program, *arguments], data, 1, folder / "one.keras")


def train_on_two_hosts(programs, folder, data, cable):
    running = ClusterOfTwoHosts(programs, folder, cable)
    try:
        running.start_all()
        return train(running.client, data, 3, folder / "two.keras")
    except BaseException:
        for name in running.processes:
            print(f"{name}:\n{running.log(name)[-2000:]}")
        raise
    finally:
        running.stop()


def main():
    programs = pathlib.Path(sys.argv[1])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tricorn-hosts-"))
        folder = pathlib.Path(folder)
        try:
            cable = stack.enter_context(Cable())
        except OSError as error:
            print(f"skipped: no network namespaces here: {error}")
            return SKIPPED
        random = np.random.default_rng(1)
        data = folder / "data.npz"
        y = random.integers(0, 10, ROWS).astype(np.uint8)
        np.savez(data, x=random.integers(0, 256, (ROWS, 28, 28)).astype(np.uint8), y=y)

        expected = train_on_one_host(programs, folder, data)
        received = train_on_two_hosts(programs, folder, data, cable)

        # Each step's gradients, as large as the weights (and the file is mostly weights), go over
        # the cable one way at least.
        model = len(weights_of(ROOT / "client/examples/fashion_cnn.keras"))
        floor = model // 2 * EPOCHS * (ROWS // BATCH)
        crossed = cable.nbytes()
        print(f"{crossed} bytes went over the cable, at least {floor} must")
        for what, weights in (("one host", expected), ("two hosts", received)):
            print(f"{what}: {hashlib.sha256(weights).hexdigest()}")
        if crossed < floor or received != expected:
            print("FAILED: expected the same bits, and the gradients on the cable")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
