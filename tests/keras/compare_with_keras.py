#!/usr/bin/env python3
"""Opens an archive that Tricorn wrote in real Keras and compares predictions.

    compare_with_keras.py MODEL.keras INPUTS.npy PREDICTIONS.npy [--tolerance 1e-5]

INPUTS is what Tricorn predicted on, PREDICTIONS what it answered. An element passes if
|ours - Keras's| <= tolerance * max(1, |Keras's|). The optimizer's state must load as well.
"""

import argparse
import os
import sys

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

import keras
import numpy as np


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("inputs")
    parser.add_argument("predictions")
    parser.add_argument("--tolerance", type=float, default=1e-5)
    args = parser.parse_args()

    model = keras.saving.load_model(args.model)
    inputs, ours = np.load(args.inputs), np.load(args.predictions)
    theirs = model.predict(inputs, batch_size=128, verbose=0)
    if ours.shape != theirs.shape:
        sys.exit(f"{args.predictions}: expected shape {theirs.shape}, received {ours.shape}")
    error = np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))
    step = int(model.optimizer.iterations) if model.optimizer else 0
    print(
        f"keras {keras.__version__}: {len(ours)} predictions, largest difference {error.max():.2g}, "
        f"optimizer at step {step}"
    )
    if not error.max() <= args.tolerance:
        sys.exit(f"{args.model}: expected a difference of at most {args.tolerance:g}")
    if model.optimizer and step == 0:
        sys.exit(f"{args.model}: expected the optimizer's state, received a fresh optimizer")


if __name__ == "__main__":
    main()
