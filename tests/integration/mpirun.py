#!/usr/bin/env python3
"""A job without a coordinator: one process and gangs under mpirun write the same model.

mpirun.py PROGRAMS MPIRUN
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIMEOUT_S = 120


def expect(claim, condition, received=""):
    print(f"{'ok    ' if condition else 'FAILED'} {claim}")
    if not condition:
        sys.exit(f"{claim}: received {received}")


def write_job(folder, **changes):
    random = np.random.default_rng(1)
    data = folder / "data.npz"
    x = random.integers(0, 256, (200, 28, 28)).astype(np.uint8)
    np.savez(data, x=x, y=random.integers(0, 10, 200).astype(np.uint8))
    job = {
        "model": str(ROOT / "client/examples/fashion_cnn.keras"),
        "data": {"format": "npz", "files": [{"path": str(data)}]},
        "spec": {"fit": {"epochs": 2, "batchSize": 64, "seed": "7"}, "virtualShards": 4},
        "output": str(folder / "trained.keras"),
    }
    path = folder / "job.json"
    path.write_text(json.dumps(job | changes))
    return path


def run(programs, launcher, job):
    command = [*launcher, f"{programs}/tricorn-worker", "run", str(job)]
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)


def contents(path):
    """The archive's files without its date."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if "metadata" not in name}


def main(programs, mpirun):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        job = write_job(folder)
        launch = [mpirun, "--allow-run-as-root", "--oversubscribe", "-n"]
        alone = run(programs, [], job)
        expect("one process trains", alone.returncode == 0, alone.stderr)
        lines = [json.loads(line) for line in alone.stdout.splitlines()]
        expect("it tells two epochs and the result", len(lines) == 3, lines)
        trained = contents(folder / "trained.keras")
        for ranks in ("1", "2", "4"):
            (folder / "trained.keras").unlink()
            gang = run(programs, [*launch, ranks], job)
            expect(f"{ranks} ranks under mpirun train", gang.returncode == 0, gang.stderr)
            same = contents(folder / "trained.keras") == trained
            expect(f"{ranks} ranks give the bits of one process", same)
            logs = [json.loads(line) for line in gang.stdout.splitlines()]
            expect(f"{ranks} ranks report the losses of one", logs[-1] == lines[-1], logs)
        shared = write_job(folder)
        spec = json.loads(shared.read_text())
        spec["spec"]["fit"]["shardOptimizerState"] = True
        shared.write_text(json.dumps(spec))
        for ranks in ("2", "4"):
            (folder / "trained.keras").unlink()
            gang = run(programs, [*launch, ranks], shared)
            expect(
                f"{ranks} ranks share the optimizer's state out", gang.returncode == 0, gang.stderr
            )
            expect(f"{ranks} give the same bits", contents(folder / "trained.keras") == trained)
        few = run(programs, [*launch, "2"], write_job(folder, spec={"virtualShards": 1}))
        expect("fewer shards than ranks are refused", few.returncode != 0, few.stdout)
        expect("in words", "expected at least the 2 ranks, received 1" in few.stderr, few.stderr)
        none = run(programs, [], write_job(folder, spec={}))
        expect("a job of nothing is refused", "expected fit, evaluate" in none.stderr, none.stderr)
        wrong = run(programs, [], write_job(folder, output=7))
        expect("a wrong key is named", "job.json: " in wrong.stderr, wrong.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
