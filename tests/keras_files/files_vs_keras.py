#!/usr/bin/env python3
"""Passes models and weights between real Keras and the engine, in every file form, both ways.

    files_vs_keras.py MODEL_FILES

MODEL_FILES is the built program model_files. What comes back must predict as what was sent, bit for
bit in its weights; summaries must be Keras's, character by character.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["COLUMNS"] = "200"  # so that Keras's tables have their full width

import keras
import numpy as np
from keras import layers

PROBLEMS = []


def stack():
    model = keras.Sequential(
        [
            layers.Input((6,)),
            layers.Dense(4, activation="relu", kernel_regularizer="l2"),
            layers.BatchNormalization(),
            layers.Dropout(0.1),
            layers.Dense(2),
        ],
        name="stack",
    )
    # By class: Keras cannot read its own .h5 files that name losses as "mse".
    model.compile("adam", loss=keras.losses.MeanSquaredError())
    x = np.random.default_rng(0).normal(size=(8, 6)).astype("float32")
    model.fit(x, x[:, :2], verbose=0)
    return model, x


def branches():
    a = layers.Input((5,), name="a")
    b = layers.Input((3,), name="b")
    shared = layers.Dense(4, name="shared")
    left = layers.Dense(4, name="left", trainable=False)(a)
    right = shared(layers.Dense(4, name="right")(b))
    total = layers.Add(name="total")([shared(left), right])
    inner = keras.Sequential([layers.Input((4,)), layers.Dense(3, name="deep")], name="inner")
    out = layers.Dense(1, name="out")(layers.Concatenate()([inner(total), total]))
    model = keras.Model([a, b], [out, inner(right)], name="branches")
    model.compile(
        keras.optimizers.SGD(0.1, momentum=0.9),
        loss={
            "out": keras.losses.MeanSquaredError(),
            "inner": keras.losses.MeanAbsoluteError(),
        },
        loss_weights={"out": 1.0, "inner": 2.0},
    )
    random = np.random.default_rng(1)
    x = [random.normal(size=(8, n)).astype("float32") for n in (5, 3)]
    model.fit(x, [x[0][:, :1], x[1]], verbose=0)
    return model, x


def expect(condition, text):
    if not condition:
        PROBLEMS.append(text)


def same_weights(what, model, other):
    ours, theirs = other.get_weights(), model.get_weights()
    expect(len(ours) == len(theirs), f"{what}: expected {len(theirs)} weights, got {len(ours)}")
    for number, (one, two) in enumerate(zip(theirs, ours)):
        expect(np.array_equal(one, two), f"{what}: weight {number} differs")


def same_optimizer(what, model, other):
    ours = [np.asarray(v) for v in other.optimizer.variables]
    theirs = [np.asarray(v) for v in model.optimizer.variables]
    expect(len(ours) == len(theirs), f"{what}: optimizer of {len(ours)}, not {len(theirs)}")
    for number, (one, two) in enumerate(zip(theirs, ours)):
        expect(np.array_equal(one, two), f"{what}: optimizer variable {number} differs")


def same_predictions(what, model, other, x):
    for one, two in zip(
        keras.tree.flatten(model.predict(x, verbose=0)),
        keras.tree.flatten(other.predict(x, verbose=0)),
    ):
        expect(np.allclose(one, two, atol=1e-6), f"{what}: predictions differ")


def check(run, folder, name, model, x):
    saved = folder / f"{name}.keras"
    model.save(saved)
    model.save(folder / f"{name}.h5")
    # Whole models: from .keras and .h5, to .keras and .h5.
    for source in (saved, folder / f"{name}.h5"):
        for form in ("keras", "h5"):
            what = f"{source.name} as .{form}"
            out = folder / f"out_{source.suffix[1:]}.{form}"
            run("convert", source, out)
            loaded = keras.models.load_model(out)
            same_weights(what, model, loaded)
            if form == "keras":  # Keras itself restores no slots from .h5
                same_optimizer(what, model, loaded)
            same_predictions(what, model, loaded, x)
    # As a directory, both ways.
    model.save(folder / "theirs", zipped=False)
    run("convert", folder / "theirs", f"{folder / 'ours'}/")
    loaded = keras.models.load_model(folder / "ours")
    same_weights(f"{name} as a directory", model, loaded)
    # Weights that Keras saved.
    fresh = keras.models.clone_model(model)
    fresh.compile_from_config(model.get_compile_config())
    fresh.save(folder / "fresh.keras")
    model.save_weights(folder / "k.weights.h5")
    model.save_weights(folder / "k.weights.json", max_shard_size=400 / 2**30)
    for file in ("k.weights.h5", "k.weights.json", f"{name}.h5", saved.name):
        run("load-weights", folder / "fresh.keras", folder / file, folder / "loaded.keras")
        loaded = keras.models.load_model(folder / "loaded.keras")
        same_weights(f"{name}: weights from {file}", model, loaded)
    # Weights that we saved, loaded by Keras.
    for file, *size in (["o.weights.h5"], ["o.weights.json", str(400 / 2**30)]):
        run("save-weights", saved, folder / file, *size)
        fresh = keras.models.load_model(folder / "fresh.keras")
        fresh.load_weights(folder / file)
        same_weights(f"{name}: weights in {file}", model, fresh)
    run("save-weights", saved, folder / "o.safetensors")
    from safetensors.numpy import load_file, save_file

    tensors = load_file(folder / "o.safetensors")
    for variable in model.weights:
        expect(
            np.array_equal(tensors[variable.path], np.asarray(variable)),
            f"{name}: {variable.path} differs in o.safetensors",
        )
    save_file(tensors, folder / "k.safetensors")
    run("load-weights", folder / "fresh.keras", folder / "k.safetensors", folder / "loaded.keras")
    same_weights(f"{name}: safetensors", model, keras.models.load_model(folder / "loaded.keras"))
    # Clones.
    run("clone", saved, folder / "clone.keras")
    clone = keras.models.load_model(folder / "clone.keras")
    same_weights(f"{name}: clone", model, clone)
    same_predictions(f"{name}: clone", model, clone, x)
    # Summaries, without the line of the optimizer, which a program of files does not build.
    uncompiled = keras.models.load_model(saved, compile=False)
    for words in ([], ["expand"], ["trainable"], ["expand", "trainable"]):
        lines = []
        uncompiled.summary(
            print_fn=lines.append,
            expand_nested="expand" in words,
            show_trainable="trainable" in words,
        )
        theirs = "".join(lines).rstrip()
        ours = run("summary", saved, *words).rstrip()
        if ours != theirs:
            PROBLEMS.append(f"{name}: summary {words}: expected\n{theirs}\nreceived\n{ours}")
    for form in ("dot", "svg"):
        expect(len(run(form, saved)) > 200, f"{name}: no {form}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    args = parser.parse_args()

    def run(*arguments):
        command = [args.program, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            PROBLEMS.append(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout

    keras.utils.set_random_seed(3)
    for name, make in (("stack", stack), ("branches", branches)):
        with tempfile.TemporaryDirectory(prefix="tricorn-files-") as folder:
            try:
                check(run, pathlib.Path(folder), name, *make())
            except (OSError, ValueError, KeyError) as error:
                PROBLEMS.append(f"{name}: {type(error).__name__}: {error}")
    print(f"keras {keras.__version__}: {len(PROBLEMS)} problems")
    for problem in PROBLEMS:
        print(problem, file=sys.stderr)
    return 1 if PROBLEMS else 0


if __name__ == "__main__":
    sys.exit(main())
