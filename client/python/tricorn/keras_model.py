"""Keras models as bytes and back. The only file that needs Keras, and then by its own objects."""

import pathlib
import tempfile
import zipfile


def input_names(model):
    return [tensor.name for tensor in getattr(model, "inputs", None) or []]


def output_names(model):
    return list(getattr(model, "output_names", None) or [])


def archive(model, x=None):
    """The bytes of `model.save("model.keras")`. A model without weights yet is built for `x`."""
    if not model.built and x is not None and not isinstance(x, (dict, list, tuple)):
        model.build((None, *x.shape[1:]))
    with tempfile.TemporaryDirectory(prefix="tricorn-") as folder:
        path = pathlib.Path(folder, "model.keras")
        model.save(path)
        return path.read_bytes()


def require_compiled(model, what):
    if not getattr(model, "compiled", False):
        raise ValueError(f"{what}: expected a compiled model, received one before model.compile()")


def set_state(model, trained):
    """Sets weights and optimizer variables of the archive `trained` (bytes) into the model."""
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and not optimizer.built:
        optimizer.build(model.trainable_variables)
    with tempfile.TemporaryDirectory(prefix="tricorn-") as folder:
        path = pathlib.Path(folder, "trained.keras")
        path.write_bytes(trained)
        with zipfile.ZipFile(path) as members:
            members.extract("model.weights.h5", folder)
        model.load_weights(pathlib.Path(folder, "model.weights.h5"))
