#!/usr/bin/env python3
"""Gives the programs what they must refuse, through the command line, beside a running cluster.

    with_cluster.py PROGRAMS -- bad_input.py

Each row of the tables is one mistake: what `tricorn` is asked, the exit code it must end with, and
what its message must say. Every command has bounded time. Afterwards the cluster is as it was: its
workers are ready and the model stored before is still served.
"""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODEL = ROOT / "client/examples/fashion_cnn.keras"
TIME_LIMIT_S = 90  # of one command, on a busy machine
USAGE, BAD_INPUT, NOT_FOUND, NO_ANSWER, JOB_FAILED, NO_ROOM = 2, 3, 4, 5, 6, 8


def rewrite(source, target, change_config=None, replace=None):
    """A copy of a `.keras` archive with another config or other members."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "config.json" and change_config:
                config = json.loads(data)
                change_config(config)
                data = json.dumps(config)
            new.writestr(name, (replace or {}).get(name, data))


def make_files(folder):
    """Models and data with one defect each, and good ones: a dict of paths by name."""
    random = np.random.default_rng(1)
    x = random.integers(0, 256, (96, 28, 28)).astype(np.uint8)
    y = random.integers(0, 10, 96).astype(np.uint8)
    files = {}

    def data(name, **arrays):
        files[name] = str(folder / f"{name}.npz")
        np.savez(files[name], **arrays)

    data("good", x=x, y=y)
    data("small_images", x=x[:, :20, :20], y=y)
    data("labels", x=x, y=np.where(y == 3, 12, y))
    data("uneven", x=x, y=y[:50])
    data("empty", x=x[:0], y=y[:0])
    data("no_x", images=x, y=y)
    data("nan", x=np.full((96, 28, 28), np.nan, np.float32), y=y)
    np.save(folder / "objects.npy", np.array([{}, None], dtype=object), allow_pickle=True)
    files["objects"] = str(folder / "objects.npy")
    files["text"] = str(folder / "text.csv")
    (folder / "text.csv").write_text("a,y\n1,0\ntwo,1\n")

    def model(name, change_config=None, replace=None):
        files[name] = str(folder / f"{name}.keras")
        rewrite(MODEL, files[name], change_config, replace)

    def layer(config, index):
        return config["config"]["layers"][index]

    model("unknown_layer", lambda c: layer(c, 1).update(class_name="Hologram"))
    model("negative_units", lambda c: layer(c, -1)["config"].update(units=-3))
    model("unknown_loss", lambda c: c["compile_config"].update(loss="happiness"))
    model("not_compiled", lambda c: c.pop("compile_config"))
    model("no_config", None, {"config.json": b""})
    model("json_bomb", None, {"config.json": b"[" * 2_000_000})
    model("zip_bomb", None, {"config.json": b" " * 300_000_000})
    model("no_weights", None, {"model.weights.h5": b"\x89HDF\r\n\x1a\n" + bytes(100)})
    whole = MODEL.read_bytes()
    for name, content in {
        "truncated": whole[: len(whole) // 2],
        "corrupt": whole[:5000] + bytes(3000) + whole[8000:],
        "random": random.bytes(10_000),
        "empty_model": b"",
    }.items():
        files[name] = str(folder / f"{name}.keras")
        pathlib.Path(files[name]).write_bytes(content)
    return files


class Checks:
    def __init__(self):
        self.problems = []
        self.count = 0

    def run(self, name, arguments, exit_code, message="", environment=None):
        """Runs `tricorn`; returns its standard output."""
        self.count += 1
        began = time.monotonic()
        try:
            done = subprocess.run(
                ["tricorn", *map(str, arguments)],
                capture_output=True,
                text=True,
                timeout=TIME_LIMIT_S,
                env={**os.environ, **(environment or {})},
            )
        except subprocess.TimeoutExpired:
            self.problems.append(f"{name}: expected an end within {TIME_LIMIT_S} s")
            return ""
        seconds = time.monotonic() - began
        if done.returncode != exit_code:
            self.problems.append(
                f"{name}: expected exit code {exit_code}, received {done.returncode}: "
                f"{(done.stdout + done.stderr).strip()[-500:]}"
            )
        elif not re.search(message, done.stderr if exit_code else done.stdout, re.S):
            self.problems.append(
                f"{name}: expected a message with '{message}', received: {done.stderr.strip()}"
            )
        print(f"{name}: {done.returncode} in {seconds:.1f} s: {done.stderr.strip()[:160]}")
        return done.stdout

    def expect(self, name, condition, received):
        self.count += 1
        if not condition:
            self.problems.append(f"{name}: received {received}")


def fit(model, data, *more, batch_size=32):
    return ["fit", model, "--data", data, f"--batch-size={batch_size}", "--follow", *more]


def failing_jobs(f):
    """Jobs that are accepted and must fail with the reason: (name, arguments, message)."""
    return [
        ("truncated model", fit(f["truncated"], f["good"]), "zip|archive"),
        ("corrupt model", fit(f["corrupt"], f["good"]), "config.json.*CRC"),
        ("random bytes as a model", fit(f["random"], f["good"]), "expected a .keras archive"),
        ("model without config", fit(f["no_config"], f["good"]), "config.json"),
        ("JSON bomb", fit(f["json_bomb"], f["good"]), "config.json|JSON"),
        ("zip bomb", fit(f["zip_bomb"], f["good"]), "config.json|JSON|zip"),
        ("damaged weights", fit(f["no_weights"], f["good"]), "HDF5|weights"),
        ("unknown layer", fit(f["unknown_layer"], f["good"]), "Hologram"),
        ("negative units", fit(f["negative_units"], f["good"]), "units.*-3"),
        ("unknown loss", fit(f["unknown_loss"], f["good"]), "happiness"),
        ("model without compile config", fit(f["not_compiled"], f["good"]), "compile"),
        ("images of another size", fit(MODEL, f["small_images"]), r"28.*20"),
        ("label out of range", fit(MODEL, f["labels"]), r"12"),
        ("NaN loss", fit(MODEL, f["nan"]), r"(?i)loss.*nan"),
        ("batch larger than the data", fit(MODEL, f["good"], batch_size=97), "96.*97|97.*96"),
        ("unknown optimizer", fit(MODEL, f["good"], "--compile", '{"optimizer": "hope"}'), "hope"),
        ("evaluate on another size", ["evaluate", MODEL, "--data", f["small_images"]], "28.*20"),
    ]


def refusals(f):
    """What is refused at once: (name, arguments, exit code, message)."""
    nowhere = "/nowhere/model.keras"
    return [
        ("no such model file", fit(nowhere, f["good"]), NOT_FOUND, nowhere),
        ("no such data file", fit(MODEL, "/nowhere/d.npz"), NOT_FOUND, "/nowhere/d.npz"),
        ("a folder as a model", fit("/usr", f["good"]), BAD_INPUT, "/usr"),
        ("empty model file", fit(f["empty_model"], f["good"]), BAD_INPUT, "received no bytes"),
        ("empty dataset", fit(MODEL, f["empty"]), BAD_INPUT, "row"),
        ("x and y of different lengths", fit(MODEL, f["uneven"]), BAD_INPUT, "96.*50|50.*96"),
        ("npz without x", fit(MODEL, f["no_x"]), BAD_INPUT, "images"),
        ("npy of objects", ["fit", MODEL, "--x", f["objects"]], BAD_INPUT, "objects.npy"),
        ("text in a csv", fit(MODEL, f["text"]), BAD_INPUT, "two"),
        ("no data", ["fit", MODEL], BAD_INPUT, "--data or --x"),
        ("unknown dataset", fit(MODEL, "nothing"), NOT_FOUND, "datasets/nothing"),
        ("unknown model", fit("nothing", f["good"]), NOT_FOUND, "models/nothing"),
        ("unknown job", ["jobs", "show", "nothing"], NOT_FOUND, "jobs/nothing"),
        ("watching an unknown job", ["jobs", "watch", "nothing"], NOT_FOUND, "jobs/nothing"),
        ("cancelling an unknown job", ["jobs", "cancel", "nothing"], NOT_FOUND, "jobs/nothing"),
        ("bad name", ["jobs", "show", "../etc"], BAD_INPUT, "jobs"),
        ("downloading an unknown model", ["models", "download", "nothing"], NOT_FOUND, "nothing"),
        ("deleting an unknown dataset", ["datasets", "delete", "nothing"], NOT_FOUND, "nothing"),
        ("predicting with an unknown model", ["predict", "nothing", "--data", f["good"]], NOT_FOUND, "nothing"),
        ("rows beyond the data", ["predict", "m", "--data", f["good"], "--rows", "200:"], BAD_INPUT, "96.*200"),
        ("more shards than samples", fit(MODEL, f["good"], "--virtual-shards", "64"), BAD_INPUT, "64.*32"),
        ("split and validation data", fit(MODEL, f["good"], "--validation-split", "0.5", "--validation-data", f["good"]), BAD_INPUT, "validation_split"),
        ("a split of 1", fit(MODEL, f["good"], "--validation-split", "1"), BAD_INPUT, r"\[0, 1\)"),
        ("bad compile JSON", fit(MODEL, f["good"], "--compile", "{"), BAD_INPUT, "compile_config_json"),
        ("bad class weight", fit(MODEL, f["good"], "--class-weight", "x"), BAD_INPUT, "CLASS=WEIGHT"),
        ("no epochs", fit(MODEL, f["good"], "--epochs", "0"), USAGE, "--epochs"),
        ("unknown command", ["train"], USAGE, ""),
        ("no command", [], USAGE, ""),
        ("unknown option", ["jobs", "list", "--colour"], USAGE, "--colour"),
        ("summary of a truncated file", ["summary", f["truncated"]], BAD_INPUT, "truncated.keras"),
        ("summary of a JSON bomb", ["summary", f["json_bomb"]], BAD_INPUT, "json_bomb.keras"),
        ("summary of an unknown layer", ["summary", f["unknown_layer"]], BAD_INPUT, "Hologram"),
        ("summary of no file", ["summary", nowhere], NOT_FOUND, nowhere),
    ]  # fmt: skip


def check_request_ids(checks, f):
    """One request_id is one job; with another payload it is refused."""
    request = [*fit(MODEL, f["good"], "--request-id", "bad-input-1", "--json")]
    request.remove("--follow")
    first = json.loads(checks.run("first request", request, 0) or "{}")
    again = json.loads(checks.run("the same request again", request, 0) or "{}")
    checks.expect("the same request is one job", first == again and first, (first, again))
    checks.run(
        "request_id with another payload",
        [*request, "--epochs", "2"],
        BAD_INPUT,
        "request_id bad-input-1: expected the payload of the first call",
    )
    checks.run("its job", ["jobs", "watch", first.get("name", "none")], 0)
    checks.run(
        "cancelling what has ended", ["jobs", "cancel", first["name"]], BAD_INPUT, "SUCCEEDED"
    )


def check_no_answer(checks):
    for name, address, environment in (
        ("wrong port", "127.0.0.1:1", None),
        ("no such host", "tricorn.invalid:7470", None),
        ("wrong port in the environment", None, {"TRICORN_COORDINATOR": "127.0.0.1:1"}),
    ):
        where = ["--coordinator", address] if address else []
        message = f"coordinator {address or '127.0.0.1:1'}: expected an answer within 2s"
        arguments = ["jobs", "list", "--timeout", "2", *where]
        checks.run(name, arguments, NO_ANSWER, re.escape(message), environment)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        checks.run(
            "somebody who says nothing",
            ["workers", "--timeout", "2", "--coordinator", address],
            NO_ANSWER,
            "expected an answer within 2s",
        )


@contextlib.contextmanager
def own_coordinator(folder, *flags):
    """Another coordinator, without workers: its address and process."""
    command = ["tricorn-coordinator", "--data-dir", folder, "--listen=127.0.0.1:0", *flags]
    with subprocess.Popen(
        [*map(str, command), "--http-listen=127.0.0.1:0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield json.loads(process.stdout.readline())["address"], process
        finally:
            process.send_signal(signal.SIGCONT)
            process.kill()


def check_dead_coordinator(checks, folder):
    with own_coordinator(folder / "stopped") as (address, process):
        there = ["--coordinator", address, "--timeout", "2"]
        checks.run("a coordinator", ["jobs", "list", *there], 0)
        process.send_signal(signal.SIGSTOP)
        checks.run("a coordinator that hangs", ["jobs", "list", *there], NO_ANSWER, "within 2s")
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()
        checks.run("a dead coordinator", ["jobs", "list", *there], NO_ANSWER, "refused")


def check_full_disk(checks, f, folder):
    """The coordinator's log may not grow: what was accepted stays, the rest is refused whole."""
    compile_config = folder / "long.json"
    compile_config.write_text(json.dumps({"note": "x" * 500_000}))
    with own_coordinator(folder / "full", "--max-log-bytes", "3000000") as (address, _):
        there = ["--coordinator", address, "--timeout", "5"]
        accepted = []
        for number in range(20):
            job = ["--job-id", f"j{number}", "--compile", f"@{compile_config}", *there]
            request = [part for part in fit(MODEL, f["good"], *job) if part != "--follow"]
            done = subprocess.run(["tricorn", *map(str, request)], capture_output=True, text=True)
            if done.returncode != 0:
                break
            accepted.append(f"jobs/j{number}")
        checks.expect("something is accepted", accepted, done.stderr)
        checks.expect("a full disk", done.returncode == NO_ROOM, (done.returncode, done.stderr))
        print(f"a full disk: {done.returncode} after {len(accepted)} jobs: {done.stderr.strip()}")
        listed = json.loads(checks.run("what was accepted", ["jobs", "list", "--json", *there], 0))
        names = sorted(job["name"] for job in listed["jobs"])
        checks.expect("nothing is lost or half-written", names == sorted(accepted), names)


def main():
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="tricorn-bad-input-") as name:
        folder = pathlib.Path(name)
        f = make_files(folder)
        checks.run("a good job", fit(MODEL, f["good"], "--name", "kept", "--workers", "2"), 0)
        for title, arguments, message in failing_jobs(f):
            checks.run(title, arguments, JOB_FAILED, message)
        for title, arguments, exit_code, message in refusals(f):
            checks.run(title, arguments, exit_code, message)
        check_request_ids(checks, f)
        check_no_answer(checks)
        check_dead_coordinator(checks, folder)
        check_full_disk(checks, f, folder)
        output = folder / "none.keras"
        download = ["models", "download", "models/kept/versions/9", "--output", output]
        checks.run("a version that is not there", download, NOT_FOUND, "kept/versions/9")
        checks.expect("no file is left of it", not list(folder.glob("none*")), "a file")
        checks.run(
            "the good model still predicts", ["predict", "kept", "--data", f["good"]], 0, "95: "
        )
        workers = json.loads(checks.run("the workers", ["workers", "--json"], 0))["workers"]
        states = [worker["state"] for worker in workers]
        checks.expect("the workers are ready", states == ["ready"] * len(states), states)
    print(f"{checks.count} checks, {len(checks.problems)} problems")
    for problem in checks.problems:
        print(problem, file=sys.stderr)
    return 1 if checks.problems else 0


if __name__ == "__main__":
    sys.exit(main())
