#!/usr/bin/env python3
"""Runs a command beside a cluster of its own, on loopback, and stops everything afterwards.

    with_cluster.py PROGRAMS [--workers 2] [--worker-argument=...] -- COMMAND...

PROGRAMS is the folder of the built programs. The command finds TRICORN_COORDINATOR (host:port) and
TRICORN_METRICS (the /metrics addresses, separated by blanks) in its environment and PROGRAMS on its
PATH. Exit status: the command's; 1 if the cluster fails to start or a process of it dies before the
command ends, whose log is printed then.
"""

import argparse
import contextlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 10


class Cluster:
    """A coordinator and its workers as child processes. Leaves nothing running."""

    def __init__(self, programs, workers, folder, worker_arguments=()):
        self.programs = pathlib.Path(programs).resolve()
        self.folder = pathlib.Path(folder)
        grpc, *http = free_ports(2 + workers)
        self.address = f"127.0.0.1:{grpc}"
        self.metrics = [f"http://127.0.0.1:{port}/metrics" for port in http]
        self.processes = {}
        self.workers = workers
        self.worker_arguments = worker_arguments
        self.http = http

    def start_all(self):
        self.start(
            "coordinator",
            "tricorn-coordinator",
            f"--listen={self.address}",
            f"--http-listen=127.0.0.1:{self.http[0]}",
        )
        for index, port in enumerate(self.http[1:]):
            self.start(
                f"worker-{index}",
                "tricorn-worker",
                f"--coordinator={self.address}",
                f"--id=worker-{index}",
                f"--http-listen=127.0.0.1:{port}",
                *self.worker_arguments,
            )
        self.wait_for_workers(self.workers)

    def start(self, name, program, *arguments):
        log = open(self.folder / f"{name}.log", "w")
        data = self.folder / name
        command = [self.programs / program, f"--data-dir={data}", *arguments]
        self.processes[name] = subprocess.Popen(command, stdout=log, stderr=log)

    def wait_for_workers(self, count):
        deadline = time.monotonic() + START_TIMEOUT_S
        while self.ready_workers() < count:
            if dead := self.dead():
                raise RuntimeError(f"{dead} ended while starting:\n{self.log(dead)}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"expected {count} workers within {START_TIMEOUT_S} s")
            time.sleep(0.1)

    def ready_workers(self):
        try:
            with urllib.request.urlopen(self.metrics[0], timeout=5) as reply:
                scrape = reply.read().decode()
        except (urllib.error.URLError, ConnectionError):
            return 0
        ready = re.search(
            r'^tricorn_coordinator_workers\{[^}]*state="ready"[^}]*\} (\d+)', scrape, re.M
        )
        return int(ready.group(1)) if ready else 0

    def dead(self):
        """The name of a process that is not running any more, or None."""
        return next((name for name, p in self.processes.items() if p.poll() is not None), None)

    def log(self, name):
        return (self.folder / f"{name}.log").read_text()

    def stop(self):
        for process in self.processes.values():
            process.terminate()
        deadline = time.monotonic() + STOP_TIMEOUT_S
        for name, process in self.processes.items():
            try:
                process.wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                print(f"with_cluster: {name} did not stop within {STOP_TIMEOUT_S} s")


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@contextlib.contextmanager
def cluster(programs, workers, worker_arguments=()):
    with tempfile.TemporaryDirectory(prefix="tricorn-test-") as folder:
        running = Cluster(programs, workers, folder, worker_arguments)
        try:
            running.start_all()
            yield running
        finally:
            running.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--worker-argument", action="append", default=[])
    parser.add_argument("command", nargs="+")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with cluster(args.programs, args.workers, args.worker_argument) as running:
        environment = dict(
            os.environ,
            TRICORN_COORDINATOR=running.address,
            TRICORN_METRICS=" ".join(running.metrics),
            PATH=f"{running.programs}:{os.environ['PATH']}",
        )
        status = subprocess.run(args.command, env=environment).returncode
        if dead := running.dead():
            print(f"with_cluster: {dead} ended before the command:\n{running.log(dead)}")
            status = status or 1
        if status:
            for name in running.processes:
                print(f"with_cluster: the last lines of {name}:")
                print("\n".join(running.log(name).splitlines()[-10:]))
    return status


if __name__ == "__main__":
    sys.exit(main())
