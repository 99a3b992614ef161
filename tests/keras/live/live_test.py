#!/usr/bin/env python3
"""Random models in real Keras and here: forward, gradients, steps of training, archives both ways.

    live_test.py tricorn-conformance [--seed N] [--layers 75] [--ops 25] [--graphs 5] [--class Conv2D]

Draws configurations of every layer class that the build has, calls of keras.ops, and random Functional
graphs; has Keras compute them and write cases as those of tests/conformance; runs the program on them;
and opens the archives that it wrote in Keras. The seed is printed; a failing case is run again alone by
its number: `--seed N --case I`.
"""

import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
# Compiling takes longer than running what is this small.
os.environ["XLA_FLAGS"] = "--xla_backend_optimization_level=0"

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import warnings

import keras
import numpy as np

import case
import operations
from draw import Draw
from families import GENERATORS, WITHOUT
from graphs import graph

ATTEMPTS = 20
OP = "ops."
KINDS = (
    ("layers", 75, "layer configurations"),
    ("ops", 25, "calls of keras.ops"),
    ("graphs", 5, "functional graphs"),
)
MAX_REFUSED = 0.1
# By dtype policy, what values of about 1 may differ by: sums in another order, rounded to 8 and 11 bits.
HALF_TOLERANCES = {"mixed_bfloat16": (0.06, 0.12), "mixed_float16": (0.01, 0.02)}
HALF_SHARE = 0.15
# Of smooth functions of their inputs, so that a difference of rounding stays one.
HALF_CLASSES = """Dense EinsumDense Embedding Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose
    DepthwiseConv1D DepthwiseConv2D SeparableConv1D SeparableConv2D LayerNormalization
    BatchNormalization GroupNormalization RMSNormalization LSTM GRU SimpleRNN Bidirectional RNN
    MultiHeadAttention GroupQueryAttention Attention Add Average Multiply Subtract Concatenate Dot
    AveragePooling1D AveragePooling2D AveragePooling3D GlobalAveragePooling1D GlobalAveragePooling2D
    UpSampling1D UpSampling2D ZeroPadding1D ZeroPadding2D Cropping1D Cropping2D Reshape Permute
    Flatten RepeatVector TimeDistributed Masking""".split()


def missing_generators(registered):
    known = set(GENERATORS) | set(WITHOUT)
    return [name for name in registered if name not in known and hasattr(keras.layers, name)]


def half_policy(name, seed, number):
    """The half-precision policy of a case, or None."""
    draw = Draw(seed, number, ATTEMPTS)
    if name in HALF_CLASSES and draw.chance(HALF_SHARE):
        # JAX has no attention in float16 on a processor.
        known = ["mixed_bfloat16"] if "Attention" in name else list(HALF_TOLERANCES)
        return draw.one_of(*known)
    return None


def make_model(name, draw, policy=None):
    keras.config.set_dtype_policy(policy or "float32")
    try:
        model = model_of_class(name, draw)
    finally:
        keras.config.set_dtype_policy("float32")
    draw.tolerance = HALF_TOLERANCES.get(policy, draw.tolerance)
    return model


def model_of_class(name, draw):
    if name == "graph":
        outputs = graph(draw)
    elif name.startswith(OP):
        outputs = operations.alone(draw, name.removeprefix(OP))
    else:
        make, arguments = GENERATORS[name]
        outputs = make(draw, getattr(keras.layers, name), **arguments)
    model = keras.Model(draw.inputs, outputs)
    case.randomize(model, draw.rng)
    call_as_one(model)
    return model


def call_as_one(model):
    """Has `stateless_call` keep the activity losses of every call of a layer, as `model(x)` does in
    all of Keras, and training in TensorFlow and torch: on JAX each call drops those of the layer's
    call before, since no call of the whole model is around them."""
    stateless_call = model.stateless_call

    def call(*args, **kwargs):
        model._get_call_context()
        try:
            return stateless_call(*args, **kwargs)
        finally:
            model._maybe_reset_call_context()

    model.stateless_call = call


def has_recurrent_mask(model, outputs):
    """Whether the loss would see a mask behind recurrent layers: Keras 3.15 keeps it there, 3.16, which
    made the conformance data, does not."""
    recurrent = keras.layers.RNN, keras.layers.Bidirectional, keras.layers.TimeDistributed
    layers = model._flatten_layers(include_self=False)
    masked = any(keras.src.backend.get_keras_mask(output) is not None for output in outputs)
    return masked and any(isinstance(layer, recurrent) for layer in layers)


def write_cases(root, number, name, seed, refusals):
    """The cases of one model of class `name`, of a "graph" or of "ops." and an op; in folders of one
    name in each family.

    Configurations that Keras itself refuses, or fails on, are drawn again and added to `refusals`.
    Gives whether there are steps of training; None when Keras refused every configuration.
    """
    label = f"{number:05}_{name.replace(' ', '_')}"
    policy = half_policy(name, seed, number)
    layer, training, saved = (root / kind / label for kind in ("layer", "training", "round_trip"))
    for attempt in range(ATTEMPTS):
        keras.backend.clear_session()
        draw = Draw(seed, number, attempt, smooth=policy is not None)
        layer.mkdir(parents=True, exist_ok=True)
        try:
            model = make_model(name, draw, policy)
            deterministic = case.layer_case(layer, model, draw)
            break
        except Exception as error:  # whatever Keras says: refusals are counted and bounded
            refusals.append(f"{name}: {type(error).__name__}: {str(error)[:300]}")
    else:
        layer.rmdir()
        return None
    saved.mkdir(parents=True)
    os.link(layer / "model.keras", saved / "model.keras")
    case.write(saved, "round_trip", case.Arrays(), 0, model="model.keras")
    outputs = keras.tree.flatten(model.output)
    steps = deterministic and model.trainable_variables and all(map(case.is_float, outputs))
    steps = steps and not has_recurrent_mask(model, outputs) and not draw.repeats
    steps = steps and policy is None  # two steps amplify what rounding left
    if not steps:
        return False
    training.mkdir(parents=True)
    try:
        case.training_case(training, model, draw)
    except Exception as error:  # masks of outputs that do not fit its losses, say
        refusals.append(f"{name}, in training: {type(error).__name__}: {error}")
        shutil.rmtree(training)
        return False
    return True


def compare_archives(root, label):
    """What Keras makes of the archive that Tricorn wrote: None, or what differs."""
    theirs = keras.saving.load_model(root / "model.keras", compile=False)
    ours = keras.saving.load_model(root / "saved.keras", compile=False)
    if len(theirs.variables) != len(ours.variables):
        return f"{len(theirs.variables)} variables expected, received {len(ours.variables)}"
    for expected, received in zip(theirs.variables, ours.variables):
        if "seed_generator" in expected.path:
            continue
        if expected.path != received.path or not np.array_equal(expected, received):
            return f"variable {expected.path}: received {received.path} with other values"
    return difference(theirs.get_config(), ours.get_config(), "config")


def difference(expected, received, path):
    """Where two configs differ in meaning: None, or the first place with both values."""
    if isinstance(expected, (list, tuple)) and isinstance(received, (list, tuple)):
        expected, received = dict(enumerate(expected)), dict(enumerate(received))
        if path.endswith("build_config/input_shape"):  # what batch built a layer means nothing
            expected[0] = received[0]
    if "/axis" in path and isinstance(expected, int) and expected < 0 <= received:
        return None  # from Keras 3.16 on LayerNormalization counts its axes from the front
    if not isinstance(expected, dict) or not isinstance(received, dict):
        return None if expected == received else f"{path}: expected {expected}, received {received}"
    for key in expected | received:
        if key == "shared_object_id":  # an address
            continue
        if (key in expected) != (key in received):
            return f"{path}/{key}: only in Keras's or only in ours"
        found = difference(expected[key], received[key], f"{path}/{key}")
        if found:
            return found
    return None


def run(program, root, backend):
    """Names of the cases that did not pass, with the reason."""
    command = [program, "--backend", backend, root]
    done = subprocess.run(command, capture_output=True, text=True)
    problems = {}
    for line in done.stdout.splitlines():
        verdict, _, rest = line.partition(" ")
        if verdict in ("FAILED", "UNSUPPORTED"):
            name, _, reason = rest.partition(": ")
            problems[name] = f"{verdict} {reason}"
    if done.returncode not in (0, 1):
        problems["the program"] = f"exit code {done.returncode}: {done.stderr[-500:]}"
    return problems


def drawn(rng, names, count):
    """As many of the names as asked for: each once before any comes twice."""
    rounds = []
    while len(rounds) < count:
        rounds += [names[i] for i in rng.permutation(len(names))]
    return rounds[:count]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="tricorn-conformance")
    parser.add_argument("--seed", type=int, default=os.environ.get("TRICORN_LIVE_SEED", "1124"))
    for kind, count, what in KINDS:
        count = os.environ.get(f"TRICORN_LIVE_{kind.upper()}") or count
        parser.add_argument(f"--{kind}", type=int, default=count, help=what)
    parser.add_argument("--class", dest="only", help="only these layer classes: Conv2D,Dense")
    parser.add_argument("--case", type=int, help="only the case of this number")
    parser.add_argument("--backend", default="cpu", choices=["cpu", "reference"])
    parser.add_argument("--refusals", action="store_true", help="print what Keras refused")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the cases, kept")
    args = parser.parse_args()

    seed = int(args.seed) if args.seed is not None else int(time.time())
    print(f"keras {keras.__version__}, seed {seed}", flush=True)
    warnings.filterwarnings("ignore", message=".*will therefore destroy the mask")
    listed = subprocess.run([args.program, "--layers"], check=True, capture_output=True, text=True)
    registered = listed.stdout.split()
    missing = missing_generators(registered)
    if missing:
        sys.exit(f"no generator and no reason for {', '.join(missing)}: add one in families/")
    classes = [c for c in registered if c in GENERATORS and hasattr(keras.layers, c)]
    if args.only:
        classes = args.only.split(",")

    rng = np.random.default_rng(seed)
    names = drawn(rng, classes, args.layers) + ["graph"] * args.graphs
    names += [OP + name for name in drawn(rng, operations.NAMES, args.ops)]
    numbers = range(len(names)) if args.case is None else [args.case]

    with tempfile.TemporaryDirectory(prefix="tricorn-live.") as temporary:
        root = args.keep or pathlib.Path(temporary)
        began = time.monotonic()
        refusals, problems = [], {}
        steps = 0
        for number in numbers:
            has_steps = write_cases(root, number, names[number], seed, refusals)
            if has_steps is None:
                problems[names[number]] = f"Keras refuses whatever is drawn: {refusals[-1]}"
            steps += bool(has_steps)
        generated = time.monotonic() - began
        problems |= run(args.program, root, args.backend)
        for folder in sorted((root / "round_trip").iterdir()):
            name = f"round_trip/{folder.name}"
            if name not in problems:
                try:
                    difference = compare_archives(folder, folder.name)
                except Exception as error:  # whatever Keras finds wrong with the archive
                    difference = f"{type(error).__name__}: {str(error)[-1500:]}"
                if difference:
                    problems[name] = difference
        total = time.monotonic() - began
    if args.refusals or len(refusals) > max(10, MAX_REFUSED * len(numbers)):
        print("\n".join(refusals))
    if len(refusals) > max(10, MAX_REFUSED * len(numbers)):
        problems["generators"] = "too many of their configurations are none of Keras's"
    for name, reason in sorted(problems.items()):
        print(f"{name}: {reason}")
    print(
        f"seed {seed}: {len(numbers)} models of {len(set(names))} classes, {steps} trained, "
        f"{len(refusals)} drawn that Keras refuses, {len(problems)} problems; "
        f"{generated:.0f} s in Keras, {total:.0f} s in all"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
