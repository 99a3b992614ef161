#!/usr/bin/env python3
"""`tricorn up` from outside: what it prints, what Ctrl-C stops and what it leaves alone.

local_cluster.py PROGRAMS
"""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIMEOUT_S = 60


class Failure(Exception):
    pass


def expect(claim, condition, received=""):
    print(f"{'ok    ' if condition else 'FAILED'} {claim}")
    if not condition:
        raise Failure(f"{claim}: received {received}")


def processes_of(mark):
    """Ids of the processes whose command line or environment contains the mark."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            seen = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            if mark.encode() in seen and int(process.name) != os.getpid():
                found.append(int(process.name))
    return found


def wait_until_gone(mark):
    deadline = time.monotonic() + 15
    while processes_of(mark) and time.monotonic() < deadline:
        time.sleep(0.1)
    return processes_of(mark)


@contextlib.contextmanager
def up(tricorn, data_dir, workers):
    command = [tricorn, "up", "--workers", str(workers), "--port", "0", "--data-dir", data_dir]
    with subprocess.Popen([*command, "--json"], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def run(tricorn, address, *arguments):
    command = [tricorn, *arguments, "--coordinator", address, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)
    if done.returncode != 0:
        raise Failure(f"{' '.join(arguments)}: {done.returncode} {done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def check_detaching(tricorn, address, folder):
    """Ctrl-C of `fit --follow` leaves the job alone, and `jobs cancel` does not."""
    random = np.random.default_rng(1)
    data = folder / "data.npz"
    y = random.integers(0, 10, 512).astype(np.uint8)
    np.savez(data, x=random.integers(0, 256, (512, 28, 28)).astype(np.uint8), y=y)
    fit = ["fit", str(ROOT / "client/examples/fashion_cnn.keras"), "--data", str(data)]
    fit += ["--epochs", "100000", "--follow", "--job-id", "long", "--coordinator", address]
    with subprocess.Popen(
        [tricorn, *fit], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as follower:
        for line in follower.stdout:
            if line.startswith("Epoch 1/"):
                break
        follower.send_signal(signal.SIGINT)
        _, errors = follower.communicate(timeout=TIMEOUT_S)
    expect("a detached follower's exit code is 130", follower.returncode == 130, errors)
    expect("it says how to watch again", "tricorn jobs watch long" in errors, errors)
    job = run(tricorn, address, "jobs", "show", "long")
    expect("the job goes on", job["state"] == "running", job["state"])
    began = time.monotonic()
    run(tricorn, address, "jobs", "cancel", "long")
    watch = subprocess.run([tricorn, "jobs", "watch", "long", "--coordinator", address])
    expect("a cancelled job's exit code is 7", watch.returncode == 7, watch.returncode)
    expect("cancelling takes no time", time.monotonic() - began < 10, time.monotonic() - began)


def check_signals(tricorn, folder):
    """Whenever the signal comes, nothing is left: no process and no file."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        for delay_s in (0.1, 0.4, 1.5):
            place = folder / f"{number.name}-{delay_s}"
            place.mkdir()
            environment = {**os.environ, "TMPDIR": str(place)}
            command = [tricorn, "up", "--workers", "1", "--port", "0"]
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as process:
                time.sleep(delay_s)
                process.send_signal(number)
                code = process.wait(TIMEOUT_S)
            # Early it ends the program as any other.
            good = code in (0, 128 + number, -number)
            expect(f"{number.name} after {delay_s} s is a good end", good, code)
            left = [*wait_until_gone(str(place)), *place.iterdir()]
            expect("nothing is left of it", not left, left)


def check_refusals(tricorn, address, folder):
    """What goes wrong at the start is said in one line, and the log that it names is there."""
    environment = {**os.environ, "TMPDIR": str(folder)}
    for name, arguments, reason in (
        ("a port in use", ["--port", address.rpartition(":")[2]], "expected a free address"),
        ("an unknown device", ["--port", "0", "--device", "abacus"], "abacus"),
    ):
        command = [tricorn, "up", "--workers", "1", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
        expect(f"{name} is refused", done.returncode == 5, done)
        expect(f"{name}: the reason", reason in done.stderr, done.stderr)
        log = done.stderr.rpartition("(log: ")[2].rstrip(")\n")
        expect(f"{name}: the log", pathlib.Path(log).is_file(), done.stderr)


def main():
    tricorn = str(pathlib.Path(sys.argv[1], "tricorn").resolve())
    with tempfile.TemporaryDirectory(prefix="tricorn-up-") as name:
        data_dir = f"{name}/data"
        with up(tricorn, data_dir, 1) as (process, addresses):
            expect("metrics of all processes", len(addresses["metrics"]) == 2, addresses)
            workers = run(tricorn, addresses["coordinator"], "workers")["workers"]
            expect("its worker is ready", [w["state"] for w in workers] == ["ready"], workers)
            check_detaching(tricorn, addresses["coordinator"], pathlib.Path(name))
            check_refusals(tricorn, addresses["coordinator"], pathlib.Path(name))
            process.send_signal(signal.SIGINT)
            expect("Ctrl-C is a good end", process.wait(TIMEOUT_S) == 0, process.returncode)
            left = wait_until_gone(data_dir)
            expect("nothing is left running", not left, left)
        with up(tricorn, data_dir, 1) as (process, addresses):
            jobs = run(tricorn, addresses["coordinator"], "jobs", "list")["jobs"]
            expect(
                "jobs are there after a restart", [j["name"] for j in jobs] == ["jobs/long"], jobs
            )
            process.kill()
            left = wait_until_gone(data_dir)
            expect("kill -9 leaves nothing running", not left, left)
        check_signals(tricorn, pathlib.Path(name))
        with up(tricorn, data_dir, 2) as (process, addresses):
            coordinator = [
                p for p in processes_of("tricorn-coordinator") if p in processes_of(data_dir)
            ]
            os.kill(coordinator[0], signal.SIGKILL)
            expect("a dead coordinator ends it", process.wait(TIMEOUT_S) == 5, process.returncode)
            left = wait_until_gone(data_dir)
            expect("and its workers", not left, left)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        print(failure, file=sys.stderr)
        sys.exit(1)
