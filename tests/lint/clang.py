#!/usr/bin/env python3
"""Runs one of clang's analyses over the tree and remembers what was clean.

    tests/lint/clang.py thread-safety | tidy

A file is analysed again when its text, that of a project header it includes (directly or not),
its compile command or the analyser changed.
"""

import concurrent.futures
import functools
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys

from tree import ROOT, files, report

BUILD = ROOT / "build/release"
CACHE = ROOT / "build/lint"
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
LOCKS = re.compile(r"\bMutex(Lock)?\b|ABSL_(PT_)?GUARDED_BY|ABSL_EXCLUSIVE_LOCK")

# clang-tidy takes many seconds a file, so it reads the folders that open other people's bytes.
TIDY_FOLDERS = ("core/base/", "core/tensor/", "core/io/")


@functools.cache
def text_of(path):
    return (ROOT / path).read_text(errors="replace")


def direct_includes(path):
    found = INCLUDE.findall(text_of(path))
    return [header for header in found if (ROOT / header).is_file()]


@functools.cache
def closure(path):
    """`path` and every file of the tree that it includes, sorted."""
    seen, todo = {path}, [path]
    while todo:
        for header in direct_includes(todo.pop()):
            if header not in seen:
                seen.add(header)
                todo.append(header)
    return sorted(seen)


def thread_safety(path, arguments):
    """The command for files that lock, or use a class whose header says that it locks."""
    if not any(LOCKS.search(text_of(p)) for p in [path, *direct_includes(path)]):
        return None
    return [
        "clang++-16",
        *arguments,
        "-fsyntax-only",
        "-Wno-everything",
        "-Wthread-safety",
        "-Werror",
    ]


def tidy(path, arguments):
    if not path.startswith(TIDY_FOLDERS) or path.endswith("_test.cc"):
        return None
    return ["clang-tidy-16", "--quiet", path, "--", *arguments]


def compile_arguments(entry):
    """The entry's flags, less the compiler (and its launcher), the output and what clang lacks."""
    words = shlex.split(entry["command"])
    start = next(i for i, word in enumerate(words) if word.startswith("-"))
    words = words[start:]
    kept, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word in ("-o", "-include"):  # a file holds without the precompiled headers
            skip = True
        # Clang 16 takes no structured binding into a lambda once OpenMP is on.
        elif word not in ("-Winvalid-pch", "-fpch-preprocess", "-fopenmp"):
            kept.append(word)
    return [*kept, "-Wno-unknown-warning-option", "-Wno-unused-command-line-argument"]


def key_of(command, path):
    digest = hashlib.sha256("\0".join(command).encode())
    for file in [*closure(path), ".clang-tidy"]:
        digest.update(text_of(file).encode())
    return digest.hexdigest()


def analyse(command, key):
    """What the analysis printed if it failed, else the empty string."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode == 0:
        (CACHE / key).touch()
        return ""
    return (done.stdout + done.stderr).strip() or f"{command[0]}: exit {done.returncode}"


def main(analysis):
    CACHE.mkdir(parents=True, exist_ok=True)
    version = subprocess.run(["clang++-16", "--version"], capture_output=True, text=True).stdout
    tracked = set(files("*.cc"))
    commands = {}
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        path = os.path.relpath(entry["file"], ROOT)
        command = analysis(path, compile_arguments(entry)) if path in tracked else None
        if command:
            commands[path] = command
    stale = {}
    for path, command in commands.items():
        key = key_of([version, *command], path)
        if not (CACHE / key).exists():
            stale[path] = (command, key)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        outputs = pool.map(lambda work: analyse(*work), stale.values())
        problems = [output for output in outputs if output]
    print(f"{analysis.__name__}: {len(commands)} files, {len(stale)} analysed")
    return report(analysis.__name__, problems)


if __name__ == "__main__":
    analyses = {"thread-safety": thread_safety, "tidy": tidy}
    if len(sys.argv) != 2 or sys.argv[1] not in analyses:
        sys.exit(__doc__)
    sys.exit(main(analyses[sys.argv[1]]))
