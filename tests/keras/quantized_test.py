#!/usr/bin/env python3
"""Models that real Keras quantized, with low-rank factors or without, predict the same here, and open in
Keras again after Tricorn saved them.

    quantized_test.py tricorn-conformance [--seed N] [--keep FOLDER]

Inputs that are quantized at run time may round the other way here: predictions are compared within half
a step of the greatest one, in bfloat16 within two steps; those of an archive that came back exactly.
"""

import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

import argparse
import itertools
import pathlib
import subprocess
import sys
import tempfile
import time

import keras
import numpy as np
from keras import layers, quantizers

sys.path.append(str(pathlib.Path(__file__).resolve().parent / "live"))
import case

MODES = {
    "none": None,
    "int8": quantizers.Int8QuantizationConfig(),
    "int8_weights": quantizers.Int8QuantizationConfig(activation_quantizer=None),
    "int4": quantizers.Int4QuantizationConfig(block_size=4),
    "int4_per_channel": quantizers.Int4QuantizationConfig(block_size=None),
    "float8": quantizers.Float8QuantizationConfig(),
}


def dense(rng):
    model = keras.Sequential(
        [keras.Input((10,)), layers.Dense(7, activation="relu"), layers.Dense(3, use_bias=False)]
    )
    return model, rng.normal(size=(4, 10)).astype("float32")


def half(rng):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        return dense(rng)
    finally:
        keras.config.set_dtype_policy("float32")


def einsum(rng):
    model = keras.Sequential(
        [
            keras.Input((5, 8)),
            layers.EinsumDense("abc,cde->abde", output_shape=(5, 2, 3), bias_axes="de"),
            layers.EinsumDense("abde,def->abf", output_shape=(5, 4)),
        ]
    )
    return model, rng.normal(size=(4, 5, 8)).astype("float32")


def embedding(rng):
    model = keras.Sequential(
        [
            keras.Input((6,), dtype="int32"),
            layers.Embedding(11, 9),
            layers.GlobalAveragePooling1D(),
            layers.Dense(2),
        ]
    )
    return model, rng.integers(0, 11, (4, 6)).astype("int32")


def reversible(tied):
    def build(rng):
        ids = keras.Input((6,), dtype="int32")
        table = layers.ReversibleEmbedding(11, 8, tie_weights=tied, logit_soft_cap=3.0)
        model = keras.Model(ids, table(layers.Dense(8)(table(ids)), reverse=True))
        return model, rng.integers(0, 11, (4, 6)).astype("int32")

    return build


MODELS = {
    "dense": dense,
    "half": half,
    "einsum": einsum,
    "embedding": embedding,
    "reversible": reversible(True),
    "reversible_untied": reversible(False),
}


def add_factors(model, rng):
    layer = next(layer for layer in model.layers if hasattr(layer, "enable_lora"))
    layer.enable_lora(2)
    for variable in layer.variables:
        if "lora" in variable.path:
            variable.assign(rng.normal(scale=0.3, size=variable.shape))


def write_cases(root, name, build, config, lora, seed):
    """Two cases of one archive: its predictions, and its way through Tricorn. Gives the predictions."""
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    model, inputs = build(rng)
    if config is not None:
        model.quantize(config=config)
    if lora:
        add_factors(model, rng)
    predict, round_trip = root / "predict" / name, root / "round_trip" / name
    for folder in (predict, round_trip):
        folder.mkdir(parents=True)
        model.save(folder / "model.keras")
    # Keras merges the factors into what it saves, so the archive's own predictions count.
    outputs = keras.saving.load_model(predict / "model.keras").predict(inputs, verbose=0)
    outputs = np.asarray(outputs, "float32")
    arrays = case.Arrays()
    names = [arrays.add("in.0", inputs)], [arrays.add("out.0", outputs)]
    coarse = 1 / 64 if name.startswith("half") else 1 / 254
    case.write(
        predict, "predict", arrays, (0, coarse * float(np.abs(outputs).max())),
        model="model.keras", inputs=names[0], outputs=names[1],
    )  # fmt: skip
    case.write(round_trip, "round_trip", case.Arrays(), (0, 0), model="model.keras")
    return inputs, outputs


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="tricorn-conformance")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the cases, kept")
    args = parser.parse_args()
    print(f"keras {keras.__version__}, seed {args.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="tricorn-quantized.") as temporary:
        root = args.keep or pathlib.Path(temporary)
        written = {}
        for (model, build), (mode, config) in itertools.product(MODELS.items(), MODES.items()):
            without = mode == "float8" and model.startswith(("embedding", "reversible"))
            for lora in (False, True):
                if without or (lora and (mode == "float8" or model.startswith("reversible"))):
                    continue
                name = f"{model}_{mode}{'_lora' if lora else ''}"
                written[name] = write_cases(root, name, build, config, lora, args.seed)
        done = subprocess.run(
            [args.program, "--backend", "cpu", root], capture_output=True, text=True
        )
        print(done.stdout[-3000:] + done.stderr[-1000:], end="", flush=True)
        failed = [] if done.returncode == 0 and " 0 unsupported" in done.stdout else ["here"]
        for name, (inputs, outputs) in written.items():
            saved = root / "round_trip" / name / "saved.keras"
            if not saved.exists():
                failed.append(name)
                continue
            again = keras.saving.load_model(saved).predict(inputs, verbose=0)
            if np.abs(np.asarray(again, "float32") - outputs).max() > 1e-6 * np.abs(outputs).max():
                failed.append(name)
    print(f"{len(written)} models; failed: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
