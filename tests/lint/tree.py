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


# What a call in a folder's CMakeLists.txt depends on beside the DEPS that it names.
IMPLIED = {"tricorn_layer_family": {"core/keras/layers"}}
TARGET = re.compile(r"^\s*(tricorn_\w+)\(([^)]*)\)", re.MULTILINE)


def dependencies():
    """By folder with a CMakeLists.txt: the folders that its target depends on, directly or not; None
    where no target of ours says."""
    direct = {}
    for path in files("*CMakeLists.txt"):
        folder = path.rpartition("/")[0]
        direct[folder] = None
        text = re.sub("#.*", "", (ROOT / path).read_text())
        for call, arguments in TARGET.findall(text):
            if call == "tricorn_test":  # may look at any folder
                continue
            named = re.search(r"\bDEPS\s([^A-Z]*)", arguments)
            if named or call in IMPLIED:
                folders = set(named.group(1).split() if named else ()) | IMPLIED.get(call, set())
                direct[folder] = (direct[folder] or set()) | folders

    def below(folder, seen):
        for dependency in (direct.get(folder) or set()) - seen:
            seen |= {dependency} | below(dependency, seen | {dependency})
        return seen

    return {folder: folders and below(folder, set()) for folder, folders in direct.items()}


def report(check, problems):
    """Prints the problems, one a line, and gives the exit status."""
    for problem in problems:
        print(f"{check}: {problem}")
    return 1 if problems else 0
