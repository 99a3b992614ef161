#!/usr/bin/env python3
"""Writes seed inputs for each fuzz target from the conformance data: seeds.py CONFORMANCE OUT."""

import hashlib
import pathlib
import struct
import sys
import zipfile
import zlib

LARGEST = 32 << 10
# Examples of one feature x or y: floats, integers, bytes.
EXAMPLES = [
    b"\n\x15\n\x13\n\x01x\x12\x0e\x12\x0c\n\x0a\0\0\x80?\0\0\0@\0\0",
    b"\n\x0c\n\x0a\n\x01y\x12\x05\x1a\x03\n\x01\x05",
    b"\n\x0f\n\x0d\n\x01x\x12\x08\n\x06\n\x04abcd",
]
ROWS = [b"a,b,label\n1,2.5,0\n-3,4e2,1\n", b'"x ""y""";z\r\n"1";2\r\n\r\n.5;-inf\n', b"1,2\n3\n"]


def write(out, target, data):
    if len(data) <= LARGEST:
        folder = out / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def png(bits, color, channels, width=5, height=3):
    def chunk(name, data):
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    row = bytes(1 + (width * channels * bits + 7) // 8)
    palette = chunk(b"PLTE", bytes(range(12))) if color == 3 else b""
    header = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(row * height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + palette + pixels + chunk(b"IEND", b"")


def main():
    conformance, out = map(pathlib.Path, sys.argv[1:])
    for path in sorted(conformance.glob("*/*/*.keras")):
        write(out, "keras_archive", path.read_bytes())
        with zipfile.ZipFile(path) as archive:
            write(out, "model_json", archive.read("config.json"))
            write(out, "hdf5", archive.read("model.weights.h5"))
    for path in sorted(conformance.glob("*/*/data.npz"))[::10]:
        write(out, "npz", path.read_bytes())
    for options in range(4):
        for example in EXAMPLES:
            write(out, "tfrecord", bytes([options]) + example)
    for bits, color, channels in (
        (8, 0, 1),
        (1, 0, 1),
        (8, 2, 3),
        (16, 6, 4),
        (2, 3, 1),
        (8, 4, 2),
    ):
        write(out, "image", png(bits, color, channels))
    for options in range(16):
        for text in ROWS:
            write(out, "csv", bytes([options]) + text)


if __name__ == "__main__":
    main()
