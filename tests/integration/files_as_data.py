#!/usr/bin/env python3
"""Jobs on files train as `fit` does here on the arrays that the files hold.

    files_as_data.py

A folder of PNG files in a folder a class, CSV, and TFRecord.
"""

import os
import pathlib
import struct
import sys
import tempfile
import zlib

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

import keras
import numpy as np
import tfrecords
import tricorn
from keras import layers

TOLERANCE = 1e-4
SIDE = 6


def png(pixels):
    """The bytes of a PNG file of pixels (height, width, 3), uint8."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def images(folder, random):
    """A folder of images, and what is in it: arrays x and y."""
    x = random.integers(0, 256, (12, SIDE, SIDE, 3), dtype=np.uint8)
    y = np.arange(12) // 6
    for number, (pixels, label) in enumerate(zip(x, y)):
        path = folder / ("cat", "dog")[label] / f"{number:02}.png"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(png(pixels))
    model = keras.Sequential(
        [
            layers.Input((SIDE, SIDE, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(2, 3, activation="tanh"),
            layers.Flatten(),
            layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.1), loss="sparse_categorical_crossentropy")
    return model, tricorn.image_folder(folder, image_size=[SIDE, SIDE]), x.astype("float32"), y


def table(folder, random):
    """A CSV file, and what is in it."""
    rows = random.normal(size=(20, 4)).astype("float32")
    path = folder / "table.csv"
    lines = ["a,b,c,price"] + [",".join(repr(float(v)) for v in row) for row in rows]
    path.write_text("\n".join(lines) + "\n")
    model = keras.Sequential([layers.Input((3,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), loss="mse")
    return model, tricorn.csv(path, y=["price"]), rows[:, :3], rows[:, 3:]


def records(folder, random):
    """Two TFRecord files of bytes, floats and integers, and what is in them."""
    x = random.integers(0, 256, (16, 4, 3), dtype=np.uint8)
    weights = random.uniform(0.5, 2, 16).astype("float32")
    y = random.integers(0, 3, 16)
    paths = [folder / "0.tfrecord", folder / "1.tfrecord"]
    for path, half in zip(paths, (slice(0, 10), slice(10, 16))):
        rows = zip(x[half], y[half], weights[half])
        tfrecords.write(
            path, [{"image": a.tobytes(), "label": b, "sample_weight": c} for a, b, c in rows]
        )
    columns = [
        {"name": "x", "feature": "image", "shape": [4, 3], "dtype": "uint8"},
        {"name": "y", "feature": "label"},
        {"name": "sample_weight"},
    ]
    model = keras.Sequential(
        [
            layers.Input((4, 3)),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.1), loss="sparse_categorical_crossentropy")
    return model, tricorn.tfrecord(*paths, columns=columns), x.astype("float32"), y, weights


def main():
    problems = []
    random = np.random.default_rng(2)
    keras.utils.set_random_seed(2)
    fit = dict(epochs=2, batch_size=4, shuffle=False, verbose=0)
    with tricorn.connect(os.environ["TRICORN_COORDINATOR"]) as cluster:
        for make in (images, table, records):
            with tempfile.TemporaryDirectory(prefix="tricorn-files-") as folder:
                local, files, x, y, *weights = make(pathlib.Path(folder), random)
                remote = keras.models.clone_model(local)
                remote.set_weights(local.get_weights())
                remote.compile_from_config(local.get_compile_config())
                expected = local.fit(
                    x, y, sample_weight=weights[0] if weights else None, **fit
                ).history["loss"]
                received = cluster.fit(remote, files, workers=2, **fit).history["loss"]
            if not np.allclose(received, expected, rtol=TOLERANCE):
                problems.append(f"{make.__name__}: loss: expected {expected}, received {received}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
