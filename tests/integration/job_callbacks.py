#!/usr/bin/env python3
"""Jobs with Keras's own callbacks end as `fit` with them does here.

    job_callbacks.py

EarlyStopping with the best weights, ReduceLROnPlateau and a schedule: the same epochs, rates and losses.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

import keras
import numpy as np
import tricorn
from keras import callbacks, layers

TOLERANCE = 1e-4


def halving(in_job):
    """A schedule of epochs, which Keras's own callback calls as a function that gives a float."""
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)
    return schedule if in_job else lambda epoch: float(schedule(epoch))


CASES = {
    # Of a loss that gets less, more never comes: epochs after the first wait in vain.
    "early stopping": lambda in_job: [
        callbacks.EarlyStopping("loss", mode="max", patience=2, restore_best_weights=True)
    ],
    "plateau": lambda in_job: [
        callbacks.ReduceLROnPlateau("val_loss", mode="max", patience=1, factor=0.5),
        callbacks.EarlyStopping("val_loss", mode="max", patience=4),
    ],
    "schedule": lambda in_job: [callbacks.LearningRateScheduler(halving(in_job))],
}


def line():
    model = keras.Sequential([layers.Input((1,)), layers.Dense(4, "tanh"), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), loss="mse")
    return model


def differences(cluster, name, make):
    keras.utils.set_random_seed(3)
    local = line()
    remote = keras.models.clone_model(local)
    remote.set_weights(local.get_weights())
    remote.compile_from_config(local.get_compile_config())
    x = np.linspace(-1, 1, 64, dtype="float32")[:, None]
    y = 2 * x + 1
    fit = dict(epochs=6, batch_size=16, shuffle=False, verbose=0, validation_data=(x, y))
    expected = local.fit(x, y, callbacks=make(False), **fit).history
    received = cluster.fit(remote, x, y, workers=2, callbacks=make(True), **fit).history
    if expected.keys() != received.keys():
        return [f"{name}: expected logs {sorted(expected)}, received {sorted(received)}"]
    found = []
    for log, values in expected.items():
        same = len(received[log]) == len(values)
        if not same or not np.allclose(received[log], values, rtol=TOLERANCE):
            found.append(f"{name}: {log}: expected {values}, received {received[log]}")
    for number, (one, two) in enumerate(zip(local.get_weights(), remote.get_weights())):
        if not np.allclose(one, two, rtol=TOLERANCE, atol=TOLERANCE):
            found.append(f"{name}: weight {number}: expected {one}, received {two}")
    return found


def main():
    problems = []
    with tricorn.connect(os.environ["TRICORN_COORDINATOR"]) as cluster:
        for name, make in CASES.items():
            problems += differences(cluster, name, make)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
