#!/usr/bin/env python3
"""Checks each file by itself: its length, its words, its folder's README."""

import re
import sys

from tree import ROOT, files, report

MAX_LINES = 600
MAX_README_LINES = 30
SOURCES = ("*.h", "*.cc", "*.cu", "*.proto", "*.py", "*.cmake", "*CMakeLists.txt")
VAGUE = re.compile(r"(^|[/_])(utils?|common|misc|helpers?)([_./]|$)")

# Text that has no place in the tree: it holds on one machine only, or promises instead of doing.
FORBIDDEN = {
    r"(^|[\s\"'=(])/(wor[k]|hom[e]|roo[t])/": "a path of one machine",
    r"\b(py[p]i|pythonhoste[d]|deb\.debia[n]|archive\.ubunt[u]|crate[s]|registry\.npmj[s])\.(org|com|io)": (
        "the host of a registry"
    ),
    r"\b(TOD[O]|FIXM[E]|XX[X])\b(?!\(\w+\): \w)": "a to-do without an owner and a reason",
}


TARGET = re.compile(r"^\s*tricorn_(library|module_objects|program)\(", re.MULTILINE)


def targets():
    """Folders whose CMakeLists.txt makes a target."""
    for path in files("*CMakeLists.txt"):
        if TARGET.search((ROOT / path).read_text()):
            yield path.rpartition("/")[0]


def main():
    problems = []
    for path in files(*SOURCES):
        lines = (ROOT / path).read_text(errors="replace").count("\n")
        if lines > MAX_LINES:
            problems.append(f"{path}: expected at most {MAX_LINES} lines, received {lines}")
    for path in files():
        if VAGUE.search(path):
            problems.append(f"{path}: a name that says nothing of the content")
        data = (ROOT / path).read_bytes()
        if b"\0" in data[:8192]:
            continue
        for number, line in enumerate(data.decode(errors="replace").splitlines(), 1):
            for pattern, what in FORBIDDEN.items():
                if re.search(pattern, line):
                    problems.append(f"{path}:{number}: {what}: {line.strip()}")
    for folder in targets():
        readme = ROOT / folder / "README.md"
        if not readme.is_file():
            problems.append(f"{folder}: has a CMake target and no README.md")
        elif (lines := readme.read_text().count("\n")) > MAX_README_LINES:
            problems.append(
                f"{folder}/README.md: expected at most {MAX_README_LINES} lines, received {lines}"
            )
    return report("files", problems)


if __name__ == "__main__":
    sys.exit(main())
