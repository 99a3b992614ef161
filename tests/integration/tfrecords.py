"""Writes TFRecord files of tf.train.Example, as TensorFlow frames them."""

import struct

import numpy as np

CASTAGNOLI = 0x82F63B78  # the polynomial, reversed


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (CASTAGNOLI if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number, data):
    """A protobuf field of bytes."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def feature(value):
    """bytes, an array of floats or one of integers that are not negative."""
    if isinstance(value, bytes):
        return field(1, field(1, value))
    if value.dtype.kind == "f":
        return field(2, field(1, value.astype("<f4").tobytes()))
    return field(3, field(1, b"".join(varint(int(v)) for v in np.ravel(value))))


def example(features):
    entries = (field(1, name.encode()) + field(2, feature(v)) for name, v in features.items())
    return field(1, b"".join(field(1, entry) for entry in entries))


def write(path, rows):
    """`rows` are dicts of features, one for each Example."""
    with open(path, "wb") as file:
        for row in rows:
            data = example(row)
            length = struct.pack("<Q", len(data))
            file.write(length + masked(length) + data + masked(data))
