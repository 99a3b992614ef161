#!/usr/bin/env python3
"""Trains a model with a layer and a loss of one's own on workers that have them as a shared object.

    custom_parts.py

client/examples/custom_parts.h has the classes in C++, this file the same ones in Python, registered
under the same names. Keras and the service must report the same losses, and the archive that comes
back must open in Keras. A name that no shared object has must be refused, naming it.
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

import keras
import numpy as np
import tricorn
from keras import layers, ops

TOLERANCE = 1e-4


@keras.saving.register_keras_serializable("examples")
class ScaledTanh(layers.Layer):
    def __init__(self, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def build(self, input_shape):
        self.weight = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="weight")

    def call(self, x):
        return ops.tanh(x) * self.weight * self.scale

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}


@keras.saving.register_keras_serializable("examples")
class CappedError(keras.losses.Loss):
    def __init__(self, cap=1.0, name="capped_error", reduction="sum_over_batch_size"):
        super().__init__(name=name, reduction=reduction)
        self.cap = cap

    def call(self, y_true, y_pred):
        return ops.minimum(ops.mean(ops.square(y_pred - y_true), axis=-1), self.cap)

    def get_config(self):
        return {"name": self.name, "reduction": self.reduction, "cap": self.cap}


@keras.saving.register_keras_serializable("examples")
class NotThere(layers.Layer):
    def call(self, x):
        return x


def sine(layer):
    model = keras.Sequential([layers.Input((1,)), layers.Dense(8), layer, layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.05), loss=CappedError(cap=0.5))
    return model


def main():
    keras.utils.set_random_seed(5)
    local = sine(ScaledTanh(scale=1.5))
    remote = keras.models.clone_model(local)
    remote.set_weights(local.get_weights())
    remote.compile_from_config(local.get_compile_config())
    x = np.linspace(-1, 1, 200, dtype="float32")[:, None]
    y = np.sin(3 * x)
    fit = dict(epochs=3, batch_size=32, shuffle=False, verbose=0)
    expected = local.fit(x, y, **fit).history["loss"]
    problems = []
    with tricorn.connect(os.environ["TRICORN_COORDINATOR"]) as cluster:
        received = cluster.fit(remote, x, y, workers=2, **fit).history["loss"]
        if not np.allclose(received, expected, rtol=TOLERANCE):
            problems.append(f"loss: expected {expected}, received {received}")
        for number, (one, two) in enumerate(zip(local.get_weights(), remote.get_weights())):
            if not np.allclose(one, two, rtol=TOLERANCE, atol=TOLERANCE):
                problems.append(f"weight {number}: expected {one}, received {two}")
        try:
            cluster.fit(sine(NotThere()), x, y, workers=1, **fit)
            problems.append("examples>NotThere: expected an error, received a model")
        except Exception as error:  # whatever the client raises for a job that failed
            if "examples>NotThere" not in str(error):
                problems.append(f"expected an error that names examples>NotThere, received {error}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
