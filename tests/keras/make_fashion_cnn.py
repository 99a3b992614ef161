"""Makes client/examples/fashion_cnn.keras: an untrained, compiled classifier of Fashion-MNIST.

python tests/keras/make_fashion_cnn.py client/examples/fashion_cnn.keras
"""

import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
from keras import layers


def fashion_cnn():
    """Takes uint8 images (batch, 28, 28, 1) as they are stored; gives logits (batch, 10)."""
    model = keras.Sequential(
        [
            layers.Input((28, 28, 1), name="image"),
            layers.Rescaling(1 / 255),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.1),
            layers.Dense(10, name="logits"),
        ],
        name="fashion_cnn",
    )
    model.compile(
        optimizer=keras.optimizers.Adam(0.002),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


if __name__ == "__main__":
    keras.utils.set_random_seed(0)
    fashion_cnn().save(sys.argv[1])
