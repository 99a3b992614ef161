#!/usr/bin/env python3
"""Jobs whose workers share the optimizer's state out write the model of those that do not.

    shard_optimizer_state.py

On two and on four workers; also when one of the trainers is killed in the middle, so that the job
goes on from a restore point that was gathered from all of them.
"""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import zipfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROWS, BATCH, EPOCHS = 1024, 64, 4
TIMEOUT_S = 120


def expect(claim, condition, received=""):
    print(f"{'ok    ' if condition else 'FAILED'} {claim}", flush=True)
    if not condition:
        raise SystemExit(f"{claim}: received {received}")


def tricorn(*arguments):
    command = ["tricorn", "--json", *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)
    if run.returncode != 0:
        raise SystemExit(f"{command}: {run.stdout}{run.stderr}")
    return json.loads(run.stdout.splitlines()[-1]) if run.stdout.strip() else {}


def children(parent):
    """Process ids by their parents, from /proc."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
        except OSError:
            continue
        if int(stat.rpartition(")")[2].split()[1]) == parent:
            found.append(int(entry.name))
    return found


def trainers():
    """The trainer processes of the workers beside which with_cluster.py runs this."""
    found = []
    for agent in children(os.getppid()):
        for child in children(agent):
            command = pathlib.Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            if command[0].endswith(b"tricorn-worker") and b"trainer" in command:
                found.append(child)
    return found


def contents(path):
    """The archive's files without its date."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if "metadata" not in name}


class Jobs:
    def __init__(self, folder):
        self.folder = folder
        random = np.random.default_rng(1)
        np.save(folder / "x.npy", random.integers(0, 256, (ROWS, 28, 28, 1)).astype(np.uint8))
        np.save(folder / "y.npy", random.integers(0, 10, ROWS).astype(np.uint8))

    def submit(self, name, workers, *more):
        tricorn("fit", ROOT / "client/examples/fashion_cnn.keras", "--name", name, "--job-id", name,
                "--x", self.folder / "x.npy", "--y", self.folder / "y.npy", "--seed", "3",
                "--epochs", EPOCHS, "--batch-size", BATCH, "--workers", workers,
                "--virtual-shards", "4", "--threads", "1", "--checkpoint-every-steps", "5",
                *more)  # fmt: skip

    def show(self, name):
        return tricorn("jobs", "show", name)

    def wait(self, name):
        """The archive that the job leaves."""
        deadline = time.monotonic() + TIMEOUT_S
        while (job := self.show(name))["state"].lower() not in ("succeeded", "failed", "cancelled"):
            if time.monotonic() > deadline:
                raise SystemExit(f"{name}: expected an end within {TIMEOUT_S} s, received {job}")
            time.sleep(0.1)
        expect(f"{name} succeeds", job["state"].lower() == "succeeded", job)
        path = self.folder / f"{name}.keras"
        tricorn("models", "download", name, "--output", path)
        return contents(path)

    def kill_one_trainer(self, name):
        """Once the job is past its first restore points."""
        deadline = time.monotonic() + TIMEOUT_S
        while not self.show(name).get("history"):
            if time.monotonic() > deadline:
                raise SystemExit(f"{name}: expected an epoch within {TIMEOUT_S} s")
            time.sleep(0.02)
        pids = trainers()
        expect(f"{name} has trainers", len(pids) > 0)
        os.kill(pids[-1], signal.SIGKILL)


def main():
    with tempfile.TemporaryDirectory(prefix="tricorn-shards-") as folder:
        jobs = Jobs(pathlib.Path(folder))
        jobs.submit("whole", 2)
        whole = jobs.wait("whole")
        for workers in (2, 4):
            name = f"parts-{workers}"
            jobs.submit(name, workers, "--shard-optimizer-state")
            expect(f"{workers} workers give the same bits", jobs.wait(name) == whole)
            logs = subprocess.run(["tricorn", "jobs", "logs", name], capture_output=True, text=True)
            expect("and say what they keep", "bytes of slots of" in logs.stdout, logs)
        jobs.submit("killed", 4, "--shard-optimizer-state")
        jobs.kill_one_trainer("killed")
        expect("and after a kill", jobs.wait("killed") == whole)
        job = jobs.show("killed")
        expect("which made it start again", job.get("restarts", 0) > 0, job)


if __name__ == "__main__":
    main()
