#!/usr/bin/env python3
"""Trains one Keras model twice, in Keras and through the service, and compares the histories.

    history_vs_keras.py [COORDINATOR] [--workers 2] [--tolerance 1e-4]

Without shuffling and dropout both see the same samples in the same order, so the histories agree to
rounding: |ours - Keras's| <= tolerance * max(1, |Keras's|) for each epoch of each log. The weights
that come back must give Keras the losses that the service reported, and with the optimizer's variables
the next epoch that Keras trains.
"""

import argparse
import os
import sys

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

import keras
import numpy as np
import tricorn
from keras import layers


def classifier():
    model = keras.Sequential(
        [
            layers.Input((12, 12, 1)),
            layers.Conv2D(8, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(32, activation="relu"),
            layers.Dense(4),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(0.002),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


def samples(count, seed):
    """Blobs of light, one in each quarter of the image; the label is the quarter."""
    random = np.random.default_rng(seed)
    y = random.integers(0, 4, count).astype(np.uint8)
    x = random.normal(0, 0.6, (count, 12, 12, 1)).astype(np.float32)
    for quarter in range(4):
        row, column = divmod(quarter, 2)
        x[y == quarter, row * 6 : row * 6 + 6, column * 6 : column * 6 + 6] += 0.4
    return x, y


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("coordinator", nargs="?", default=os.environ.get("TRICORN_COORDINATOR"))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    args = parser.parse_args()

    keras.utils.set_random_seed(7)
    local = classifier()
    remote = keras.models.clone_model(local)
    remote.set_weights(local.get_weights())
    remote.compile_from_config(local.get_compile_config())

    x, y = samples(1000, seed=1)  # 1000 = 15 * 64 + 40: the last batch is uneven
    validation = samples(300, seed=2)
    fit = dict(epochs=3, batch_size=64, validation_data=validation, shuffle=False, verbose=0)
    expected = local.fit(x, y, **fit).history
    with tricorn.connect(args.coordinator) as cluster:
        received = cluster.fit(remote, x, y, workers=args.workers, **fit).history

    problems = []
    if sorted(received) != sorted(expected):
        problems.append(f"logs: expected {sorted(expected)}, received {sorted(received)}")
    worst = 0.0
    for name in sorted(set(expected) & set(received)):
        theirs, ours = np.asarray(expected[name]), np.asarray(received[name])
        if ours.shape != theirs.shape:
            problems.append(f"{name}: expected {len(theirs)} epochs, received {len(ours)}")
            continue
        error = np.max(np.abs(ours - theirs) / np.maximum(1, np.abs(theirs)))
        worst = max(worst, error)
        if not error <= args.tolerance:
            problems.append(f"{name}: expected {theirs.tolist()}, received {ours.tolist()}")
    evaluated = remote.evaluate(*validation, batch_size=64, verbose=0, return_dict=True)
    for name, value in evaluated.items():
        reported = received.get(f"val_{name}", [float("nan")])[-1]
        if not abs(value - reported) <= args.tolerance * max(1, abs(value)):
            problems.append(f"weights: Keras finds {name} {value}, the service said {reported}")
    # Training goes on here from the same place only if the optimizer's variables came back too.
    fit.update(epochs=1, validation_data=None)
    expected_next = local.fit(x, y, **fit).history["loss"][0]
    received_next = remote.fit(x, y, **fit).history["loss"][0]
    if not abs(received_next - expected_next) <= args.tolerance * max(1, abs(expected_next)):
        problems.append(f"next epoch: expected loss {expected_next}, received {received_next}")
    if int(remote.optimizer.iterations) != int(local.optimizer.iterations):
        problems.append(f"iterations: received {int(remote.optimizer.iterations)}")
    print(f"keras {keras.__version__}: {len(expected)} logs, largest difference {worst:.2g}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
