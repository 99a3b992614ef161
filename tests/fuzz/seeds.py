#!/usr/bin/env python3
"""Writes seed inputs for each fuzz target from the conformance data: seeds.py CONFORMANCE OUT."""

import hashlib
import pathlib
import sys
import zipfile

LARGEST = 32 << 10
ROWS = [b"a,b,label\n1,2.5,0\n-3,4e2,1\n", b'"x ""y""";z\r\n"1";2\r\n\r\n.5;-inf\n', b"1,2\n3\n"]


def write(out, target, data):
    if len(data) <= LARGEST:
        folder = out / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def main():
    conformance, out = map(pathlib.Path, sys.argv[1:])
    for path in sorted(conformance.glob("*/*/*.keras")):
        write(out, "keras_archive", path.read_bytes())
        with zipfile.ZipFile(path) as archive:
            write(out, "model_json", archive.read("config.json"))
            write(out, "hdf5", archive.read("model.weights.h5"))
    for path in sorted(conformance.glob("*/*/data.npz"))[::10]:
        write(out, "npz", path.read_bytes())
    for options in range(16):
        for text in ROWS:
            write(out, "csv", bytes([options]) + text)


if __name__ == "__main__":
    main()
