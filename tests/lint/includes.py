#!/usr/bin/env python3
"""Checks every #include: no arrow points upward, a folder sees only those that its target depends on,
and a library is known to its adapters alone."""

import fnmatch
import re
import sys

from tree import ROOT, dependencies, files, layers, report

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
PROJECT = ("core/", "proto/", "server/", "worker/", "client/", "tests/")

# Headers of these libraries may be included in these files, and in tests/, only.
ADAPTERS = {
    r"nlohmann/": ["core/base/json.cc"],
    r"zip\.h": ["core/io/*.cc"],
    r"(hdf5|H5\w+)\.h": ["core/io/*.cc"],
    r"dnnl|oneapi/dnnl": ["core/backend/cpu/*", "core/ops/*_cpu.cc", "core/ops/*_cpu.h"],
    r"(cuda|cublas|cudnn|nvrtc)": ["core/backend/cuda/*", "core/comm/nccl/*", "*_cuda.cc", "*.cu"],
    r"nccl": ["core/comm/nccl/*"],
    r"mpi\.h": ["core/comm/mpi/*", "tests/bench/*"],
    r"gloo/": ["tests/bench/*"],
    r"absl/synchronization/(notification|blocking_counter)": [],  # core/base/notification.h
    r"sqlite3\.h": ["server/log/*.cc"],
    r"grpcpp/": [
        "proto/rpc/*",
        "proto/blob/*.cc",
        "server/rpc/*",
        "worker/*.cc",
        "client/lib/*.cc",
        "client/lib/client_impl.h",
    ],
    r"CLI/": ["*main.cc", "client/cli/*.cc"],
    r"prometheus/": ["server/gateway/*", "worker/agent/*.cc"],
    r"spdlog/": ["core/base/*.cc", "*main.cc"],
    r"(gtest|gmock)/": ["*_test.cc", "*test*.h"],
    r"benchmark/": [],
}
# Generated messages too; services (.grpc.pb.h) are heavy and stay in .cc files.
LIBRARIES_OF_HEADERS = re.compile(r"absl/|fmt/core\.h$|google/protobuf/|tricorn/v1/\w+\.pb\.h$")
STANDARD = re.compile(r"[a-z_0-9]+$|std(int|def|io|lib)\.h$|(sys/|netinet/|arpa/)?[a-z]+\.h$")


def unit(path, order):
    """Index in `order` of the unit that `path` lies in, or None."""
    ranks = [i for i, folder in enumerate(order) if path.startswith(folder + "/")]
    return ranks[-1] if ranks else None


def folder_of(path, depends):
    """The innermost folder with a CMakeLists.txt that `path` lies in, or the empty string."""
    while path and path not in depends:
        path = path.rpartition("/")[0]
    return path


def problems_of(path, text, order, depends):
    is_test = path.endswith("_test.cc") or path.startswith("tests/")
    place = path
    # Kernels stand beside their op and belong to the backends.
    if kernel := re.fullmatch(r"core/ops/.*_(cpu|cuda)\.\w+", path):
        place = f"core/backend/{kernel.group(1)}/"
    folder = folder_of(place, depends)
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        header = match.group(1) or match.group(2)
        where = f"{path}:{line}"
        if header.startswith(PROJECT):
            mine, theirs = unit(place, order), unit(header, order)
            if not is_test and mine is not None and theirs is not None and theirs > mine:
                yield f"{where}: {order[mine]} may not use {header}: the arrow points upward"
            target = folder_of(header, depends)
            if not is_test and depends.get(folder) and target not in {folder, *depends[folder]}:
                yield f"{where}: {header}: {folder} does not depend on {target}"
            continue
        if (
            match.group(1)
            and "/" not in header
            and "." in header
            and (ROOT / path).with_name(header).is_file()
        ):
            yield f'{where}: include "{header}" by its full path'
            continue
        for library, places in ADAPTERS.items() if not path.startswith("tests/") else ():
            if re.match(library, header) and not any(fnmatch.fnmatch(path, p) for p in places):
                yield f"{where}: {header} belongs in {' or '.join(places) or 'tests/'}"
        if path.endswith(".h") and not is_test:
            known = STANDARD.match(header) or LIBRARIES_OF_HEADERS.match(header)
            if not known and not any(re.match(library, header) for library in ADAPTERS):
                yield f"{where}: {header} is a third-party header in a header"


def main():
    order, depends = layers(), dependencies()
    problems = []
    for path in files("*.h", "*.cc", "*.cu"):
        text = (ROOT / path).read_text(errors="replace")
        problems += problems_of(path, text, order, depends)
        if path.endswith(".h") and "#pragma once" not in text:
            problems.append(f"{path}: has no #pragma once")
    return report("includes", problems)


if __name__ == "__main__":
    sys.exit(main())
