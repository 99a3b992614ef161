#!/usr/bin/env python3
"""Trains the example model on two workers and opens the trained archive in real Keras.

    archive_in_keras.py

Fits a part of Fashion-MNIST through the command line, downloads the archive, predicts remotely on
test images, and has tests/keras/compare_with_keras.py compare with Keras's own predict (1e-5).
"""

import gzip
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")
TRAIN, TEST = 4000, 256


def idx(name, header):
    return np.frombuffer(gzip.decompress((DATA / name).read_bytes()), np.uint8, offset=header)


def main():
    images = idx("train-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28, 1)[:TRAIN]
    labels = idx("train-labels-idx1-ubyte.gz", 8)[:TRAIN]
    unseen = idx("t10k-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28, 1)[:TEST]
    with tempfile.TemporaryDirectory(prefix="tricorn-archive.") as folder:
        folder = pathlib.Path(folder)
        np.save(folder / "x.npy", images)
        np.save(folder / "y.npy", labels)
        np.save(folder / "unseen.npy", unseen)
        commands = [
            ["tricorn", "fit", ROOT / "client/examples/fashion_cnn.keras", "--name", "archive",
             "--x", folder / "x.npy", "--y", folder / "y.npy", "--workers", "2", "--follow",
             "--batch-size", "128"],
            ["tricorn", "models", "download", "archive", "--output", folder / "trained.keras"],
            ["tricorn", "predict", "archive", "--x", folder / "unseen.npy",
             "--output", folder / "predictions.npy"],
            [sys.executable, ROOT / "tests/keras/compare_with_keras.py", folder / "trained.keras",
             folder / "unseen.npy", folder / "predictions.npy"],
        ]  # fmt: skip
        for command in commands:
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
