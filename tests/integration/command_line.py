#!/usr/bin/env python3
"""`tricorn` in the hands of somebody who has never used it, beside a running cluster.

    with_cluster.py PROGRAMS -- command_line.py

What bad_input.py does for wrong data, this does for the program itself: pipes that close, disks that
are full, outputs that are no files, names that are no text, signals at any moment, a coordinator that
goes away.
"""

import contextlib
import json
import os
import pathlib
import re
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np
from bad_input import BAD_INPUT, MODEL, NOT_FOUND, TIME_LIMIT_S, USAGE, Checks, own_coordinator

ERROR, INTERRUPTED, OUTPUT_CLOSED = 1, 130, 141
LATIN1 = b"caf\xe9"  # no UTF-8


@contextlib.contextmanager
def running(*arguments, address=None, **options):
    """`tricorn` with a pipe for each of its outputs."""
    environment = {**os.environ, **({"TRICORN_COORDINATOR": address} if address else {})}
    with subprocess.Popen(
        ["tricorn", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        **options,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def check_json(checks, data):
    """Every reply is JSON, and so is every error."""
    for command in (
        ["jobs", "list"],
        ["jobs", "show", "first"],
        ["jobs", "watch", "first"],
        ["jobs", "logs", "first"],
        ["models", "list"],
        ["models", "show", "kept"],
        ["datasets", "list"],
        ["deployments", "list"],
        ["workers"],
        ["version"],
        ["summary", MODEL],
        ["predict", "kept", "--data", data, "--rows", "2"],
        ["evaluate", "kept", "--data", data],
    ):
        out = checks.run(f"JSON of {' '.join(map(str, command[:2]))}", [*command, "--json"], 0)
        for line in out.splitlines():
            with contextlib.suppress(ValueError):
                json.loads(line)
                continue
            checks.expect(f"{command} --json", False, line)
    for command, code in ((["jobs", "show", "none"], NOT_FOUND), (["jobs", "show"], USAGE)):
        done = subprocess.run(["tricorn", *command, "--json"], capture_output=True, text=True)
        checks.expect(f"{command} --json", done.returncode == code, done)
        checks.expect(f"{command}: JSON", "message" in json.loads(done.stderr)["error"], done)


def check_usage(checks):
    for name, arguments, message in (
        ("no command", [], "^tricorn: A subcommand is required; see tricorn --help\n$"),
        ("unknown command", ["train"], "expected a command, received 'train'; tricorn --help"),
        ("unknown command of a group", ["jobs", "purge"], "received 'purge'; tricorn jobs --help"),
        (
            "no argument",
            ["fit"],
            "^tricorn: fit MODEL is required; see tricorn fit --help",
        ),
        ("no number", ["fit", MODEL, "--epochs", "x"], "^tricorn: fit --epochs: .*x"),
        ("a negative seed", ["fit", MODEL, "--data", "d", "--seed", "-1"], "--seed"),
    ):
        checks.run(name, arguments, USAGE, message)
    for address in ("", "127.0.0.1", "http://127.0.0.1:1", "a b:1"):
        where = ["jobs", "list", "--coordinator", address]
        checks.run(
            f"address '{address}'", where, BAD_INPUT, "^tricorn: coordinator: expected host:port"
        )


def check_names(checks, folder, data):
    """What is not UTF-8 is refused in words, and not in a library's."""
    environment = dict(os.environ)
    for arguments in (
        ["jobs", "show", LATIN1],
        ["jobs", "watch", LATIN1],
        ["jobs", "logs", LATIN1],
        ["models", "download", LATIN1],
        ["models", "upload", LATIN1, str(MODEL)],
        ["datasets", "upload", LATIN1, "--data", data],
        ["datasets", "delete", LATIN1],
        ["deployments", "delete", LATIN1],
        ["predict", LATIN1, "--data", data],
        ["fit", str(MODEL), "--data", data, "--name", LATIN1],
        ["fit", str(MODEL), "--data", data, "--job-id", LATIN1],
        ["fit", str(MODEL), "--data", data, "--queue", LATIN1],
    ):
        done = subprocess.run(
            ["tricorn", *arguments], capture_output=True, env=environment, timeout=TIME_LIMIT_S
        )
        good = done.returncode == BAD_INPUT and b"expected text in UTF-8" in done.stderr
        checks.expect(f"{arguments}", good and b"protobuf" not in done.stderr, done)
    odd = folder / "it's a model; $(touch no) \u00e9 .keras"
    odd.write_bytes(MODEL.read_bytes())
    checks.run("a file of an odd name", ["models", "upload", "odd", odd], 0)
    checks.run("its model goes again", ["models", "delete", "odd"], 0)


def check_outputs(checks, folder, data):
    target = folder / "target.keras"
    link = folder / "link.keras"
    link.symlink_to(target)
    checks.run("download through a link", ["models", "download", "kept", "-o", link], 0)
    checks.expect("the link is still one", link.is_symlink() and target.is_file(), link)
    done = subprocess.run(
        ["tricorn", "models", "download", "kept", "-o", "/dev/stdout", "--json"],
        capture_output=True,
    )
    content = target.read_bytes()
    checks.expect("download to standard output", done.stdout.startswith(content), done.stderr)
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    received = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    checks.run("download into a pipe", ["models", "download", "kept", "-o", pipe], 0)
    reader.join(TIME_LIMIT_S)
    checks.expect("the pipe gets it all", received == [content], len(received))
    checks.expect("and is still one", stat.S_ISFIFO(pipe.stat().st_mode), pipe.stat())
    predict = ["predict", "kept", "--data", data, "-o"]
    for name, command in (
        ("models download", ["models", "download", "kept", "-o"]),
        ("predict", predict),
    ):
        checks.run(
            f"{name} to a folder", [*command, folder], BAD_INPUT, "expected the path of a file"
        )
        nowhere = folder / "none/x"
        checks.run(f"{name} to nowhere", [*command, nowhere], NOT_FOUND, re.escape(f"{nowhere}: "))
        checks.run(f"{name} to a full disk", [*command, "/dev/full"], 8, "/dev/full")
    left = [path.name for path in folder.rglob("*.part")] + [p.name for p in folder.rglob("*.tmp")]
    checks.expect("no parts are left", not left, left)
    for command in (
        ["jobs", "list"],
        ["predict", "kept", "--data", data, "--json"],
        ["completion", "bash"],
    ):
        with open("/dev/full", "w") as full:
            done = subprocess.run(["tricorn", *command], stdout=full, stderr=subprocess.PIPE)
        good = done.returncode == ERROR and b"standard output" in done.stderr
        checks.expect(f"{command} to a full disk", good, done)


def check_pipes(checks):
    """A reader that has had enough ends the command, though nothing more happens."""
    for command in (["jobs", "watch", "never"], ["jobs", "logs", "never", "--follow"]):
        with running(*command) as process:
            if "watch" in command:
                process.stdout.readline()
            else:
                time.sleep(1.5)
                checks.expect("following goes on", process.poll() is None, process.returncode)
            process.stdout.close()
            code = process.wait(TIME_LIMIT_S)
            checks.expect(f"{command} | head", code == OUTPUT_CLOSED, code)
            checks.expect(f"{command} | head is silent", process.stderr.read() == "", "words")
    began = time.monotonic()
    checks.run("logs of a job that waits", ["jobs", "logs", "never"], 0)
    checks.expect("do not wait for it", time.monotonic() - began < 5, time.monotonic() - began)


def check_signals(checks, folder, data):
    """Whenever the signal comes: an exit code that says so, and nothing half-done."""
    for number in (signal.SIGINT, signal.SIGHUP):
        with running("jobs", "watch", "never") as process:
            process.stdout.readline()
            process.send_signal(number)
            out, errors = process.communicate(timeout=TIME_LIMIT_S)
            checks.expect(f"watch and {number.name}", process.returncode == INTERRUPTED, errors)
            checks.expect("says how to go on", "tricorn jobs watch never" in errors, errors)
    for delay_s in (0.0, 0.01, 0.03, 0.06, 0.1, 0.2):
        for command in (
            ["fit", MODEL, "--data", data, "--follow"],
            ["models", "download", "kept", "-o", folder / "interrupted.keras"],
            ["predict", "kept", "--data", data, "-o", folder / "interrupted.npy"],
        ):
            with running(*command) as process:
                time.sleep(delay_s)
                process.send_signal(signal.SIGINT)
                out, errors = process.communicate(timeout=TIME_LIMIT_S)
            code = process.returncode
            # Before main has begun the signal ends it as any program.
            good = code in (0, INTERRUPTED, -signal.SIGINT)
            checks.expect(f"{command[:2]} and SIGINT after {delay_s} s", good, (code, errors))
    left = [path.name for path in folder.glob("interrupted*.part")]
    checks.expect("nothing half-written is left", not left, left)


def check_absent_coordinator(checks, folder, data):
    with own_coordinator(folder / "leaving") as (address, process):
        submit = ["fit", MODEL, "--data", data, "--job-id", "waits", "--coordinator", address]
        checks.run("a job without workers", submit, 0)
        with running("jobs", "watch", "waits", address=address) as watch:
            watch.stdout.readline()
            process.kill()
            line = watch.stderr.readline()
            checks.expect("a watch says that nobody answers", "does not answer" in line, line)
            watch.send_signal(signal.SIGINT)
            began = time.monotonic()
            watch.communicate(timeout=TIME_LIMIT_S)
            checks.expect("and can be left", watch.returncode == INTERRUPTED, watch.returncode)
            checks.expect("at once", time.monotonic() - began < 5, time.monotonic() - began)


def check_deployments(checks, data):
    predict = ["--data", data, "--rows", "1"]
    checks.run("a prediction", ["predict", "kept", *predict], 0)
    listed = json.loads(checks.run("what serves it", ["deployments", "list", "--json"], 0))
    (deployment,) = listed["deployments"]
    serves = (deployment["on_demand"], deployment["state"], deployment["model_version"])
    checks.expect("its deployment", serves == (True, "ready", "models/kept/versions/1"), deployment)
    checks.run("a prediction by it", ["predict", deployment["name"], *predict], 0, "0: argmax")
    checks.run("it is deleted", ["deployments", "delete", deployment["name"]], 0)
    checks.run(
        "once", ["deployments", "delete", deployment["name"]], NOT_FOUND, "no such deployment"
    )
    checks.run("and made again", ["predict", "kept", *predict], 0)
    checks.run("a model that was just used is deleted", ["models", "delete", "kept"], 0)
    listed = json.loads(checks.run("and what served it", ["deployments", "list", "--json"], 0))
    checks.expect("is gone", listed["deployments"] == [], listed)


def main():
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="tricorn-command-line-") as name:
        folder = pathlib.Path(name)
        random = np.random.default_rng(1)
        data = str(folder / "data.npz")
        y = random.integers(0, 10, 96).astype(np.uint8)
        np.savez(data, x=random.integers(0, 256, (96, 28, 28)).astype(np.uint8), y=y)
        fit = ["fit", MODEL, "--data", data]
        checks.run("a job", [*fit, "--name", "kept", "--job-id", "first", "--follow"], 0)
        checks.run("one that waits", [*fit, "--workers", "9", "--job-id", "never"], 0)
        check_json(checks, data)
        check_usage(checks)
        check_names(checks, folder, data)
        check_outputs(checks, folder, data)
        check_pipes(checks)
        check_signals(checks, folder, data)
        check_absent_coordinator(checks, folder, data)
        check_deployments(checks, data)
        checks.run("the waiting job is cancelled", ["jobs", "cancel", "never"], 0)
    print(f"{checks.count} checks, {len(checks.problems)} problems")
    for problem in checks.problems:
        print(problem, file=sys.stderr)
    return 1 if checks.problems else 0


if __name__ == "__main__":
    sys.exit(main())
