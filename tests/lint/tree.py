"""The files that the checks of this folder look at, and the order of the folders."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def files(*patterns):
    """Paths, relative to the root, of the files that git tracks or would track."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(p for p in set(listed.split("\0")) if p and (ROOT / p).is_file())


def layers():
    """The units of the tree from the lowest to the highest, as CMake enforces them."""
    text = (ROOT / ".cmake/layers.cmake").read_text()
    return re.search(r"set\(TRICORN_LAYERS([^)]*)\)", text).group(1).split()


def report(check, problems):
    """Prints the problems, one a line, and gives the exit status."""
    for problem in problems:
        print(f"{check}: {problem}")
    return 1 if problems else 0
