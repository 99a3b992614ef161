#!/usr/bin/env python3
"""Architectures of keras.applications, saved by real Keras, load here and predict the same.

    applications_test.py tricorn-conformance [NAME...] [--all]

Each gets random weights (statistics and scales of its normalizations too, so that nothing hides behind
zeros and ones) and predicts two random images. Logits are compared: |ours - Keras's| must be at most
1e-4 of the largest logit. Prints a row for each with the difference and the seconds to load and predict.
"""

import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

import argparse
import math
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import keras
import numpy as np

sys.path.append(str(pathlib.Path(__file__).resolve().parent / "live"))
import case

SMALL = ["MobileNetV2", "EfficientNetB0"]
ALL = """ResNet50 ResNet50V2 MobileNet MobileNetV2 MobileNetV3Small MobileNetV3Large EfficientNetB0
    EfficientNetV2B0 DenseNet121 ConvNeXtTiny NASNetMobile InceptionV3 InceptionResNetV2 Xception
    VGG16""".split()
TOLERANCE = 1e-4


def randomize(model, rng):
    """Weights under which what tells two images apart neither fades nor explodes on its way."""
    layers = list(model._flatten_layers(include_self=False))
    # Without normalization what rectified units have in common grows with every layer, until all
    # images look the same: filters that sum to zero take it out.
    centered = not any("Normalization" in type(layer).__name__ for layer in layers)
    # This family is deep enough to amplify the last bits of float32 a thousandfold at gain 2: with
    # that, Keras's own backends differ by more than the tolerance.
    gain = 1.4 if model.name.startswith("efficientnetv2") else 2
    for layer in layers:
        depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
        for variable in layer.weights if not hasattr(layer, "layers") else []:
            name = variable.path.split("/")[-1]
            if name in ("gamma", "moving_variance"):
                variable.assign(rng.uniform(0.8, 1.25, variable.shape))
            elif name in ("beta", "moving_mean", "bias"):
                variable.assign(rng.normal(scale=0.1, size=variable.shape))
            elif "kernel" in name:
                by_channel = depthwise or name == "depthwise_kernel"
                fan_in = math.prod(variable.shape[:2] if by_channel else variable.shape[:-1])
                kernel = rng.normal(scale=math.sqrt(gain / fan_in), size=variable.shape)
                if centered:
                    kernel -= kernel.mean(axis=tuple(range(kernel.ndim - 1)), keepdims=True)
                variable.assign(kernel)


def blobs(rng, shape):
    """Two images of large squares: means over pixels of noise would all be the same."""
    height, width, channels = (size or 224 for size in shape)
    coarse = rng.uniform(0, 255, (2, 5, 5, channels))
    coarse[1] /= 3
    rows, columns = np.arange(height) * 5 // height, np.arange(width) * 5 // width
    return coarse[:, rows][:, :, columns].astype("float32")


def write_case(folder, name, seed):
    """Saves the model and what Keras predicts; gives the logits and Keras's seconds for them."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    model = getattr(keras.applications, name)(weights=None, classifier_activation=None)
    rng = np.random.default_rng(seed)
    randomize(model, rng)
    images = blobs(rng, model.input_shape[1:])
    if not name.startswith(("EfficientNet", "ConvNeXt", "MobileNetV3")):
        images = images / 127.5 - 1  # these have no preprocessing inside
    model.predict(images, verbose=0)
    began = time.monotonic()
    logits = model.predict(images, verbose=0)
    seconds = time.monotonic() - began
    folder.mkdir(parents=True)
    model.save(folder / "model.keras")
    arrays = case.Arrays()
    inputs, outputs = [arrays.add("in.0", images)], [arrays.add("out.0", logits)]
    case.write(
        folder, "predict", arrays, (0, TOLERANCE * float(np.abs(logits).max())),
        model="model.keras", inputs=inputs, outputs=outputs,
    )  # fmt: skip
    return logits, seconds


def check(program, name, seed, keep):
    """Prints the row of one architecture; gives whether it agrees."""
    with tempfile.TemporaryDirectory(prefix="tricorn-applications.") as temporary:
        root = keep / name if keep else pathlib.Path(temporary)
        folder = root / "applications" / name
        logits, seconds = write_case(folder, name, seed)
        command = [program, "--backend", "cpu", "--times", root]
        done = subprocess.run(command, capture_output=True, text=True)
        predictions = folder / "predictions.npz"
        difference = np.nan
        if predictions.exists():
            difference = np.abs(np.load(predictions)["out.0"] - logits).max()
    took = re.search(r" ([0-9.]+) s$", done.stdout, re.M)
    scale = np.abs(logits).max()
    # Two images must be told apart, or agreement would say little.
    apart = np.abs(logits[0] - logits[1]).max() / scale
    passed = done.returncode == 0 and "1 passed" in done.stdout and apart > 10 * TOLERANCE
    print(
        f"{name:18} difference {difference / scale:.1e} of {scale:.3g}, images {apart:.1e} apart; "
        f"load and predict {took[1] if took else '-'} s (Keras predicts in {seconds:.2f} s)",
        flush=True,
    )
    if not passed:
        print(done.stdout[-1000:] + done.stderr[-1000:], flush=True)
    return passed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="tricorn-conformance")
    parser.add_argument("names", nargs="*", help=f"as keras.applications has them; else {SMALL}")
    parser.add_argument("--all", action="store_true", help=", ".join(ALL))
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the cases, kept")
    args = parser.parse_args()
    names = args.names or (ALL if args.all else SMALL)
    print(f"keras {keras.__version__}, seed {args.seed}", flush=True)
    failed = [name for name in names if not check(args.program, name, args.seed, args.keep)]
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
