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
    if not model.built and hasattr(x, "shape"):
        model.build((None, *x.shape[1:]))
    with tempfile.TemporaryDirectory(prefix="tricorn-") as folder:
        path = pathlib.Path(folder, "model.keras")
        model.save(path)
        return path.read_bytes()


def require_compiled(model, what):
    if not hasattr(model, "compiled"):
        raise TypeError(f"{what}: expected a Keras model, received {model!r}")
    if not model.compiled:
        raise ValueError(f"{what}: expected a compiled model, received one before model.compile()")


# The arguments of Keras's callbacks that run where the job trains; their objects keep them as attributes.
_JOB_CALLBACKS = {
    "EarlyStopping": (
        "monitor",
        "min_delta",
        "patience",
        "mode",
        "baseline",
        "restore_best_weights",
        "start_from_epoch",
    ),
    "ReduceLROnPlateau": (
        "monitor",
        "factor",
        "patience",
        "mode",
        "min_delta",
        "cooldown",
        "min_lr",
    ),
    "LearningRateScheduler": ("schedule",),
    "TerminateOnNaN": (),
}


def job_callback(callback):
    """What a callback is in a job, as JSON's objects; None for one that is told here."""
    if isinstance(callback, dict):
        return callback
    kind = type(callback)
    if kind.__name__ not in _JOB_CALLBACKS or not kind.__module__.startswith("keras."):
        return None
    config = {name: getattr(callback, name) for name in _JOB_CALLBACKS[kind.__name__]}
    if "min_delta" in config:  # turned where less is better, once it has run
        config["min_delta"] = abs(config["min_delta"])
    if "schedule" in config:
        config["schedule"] = _schedule(config["schedule"])
    return {"class_name": kind.__name__, "config": config}


def _schedule(schedule):
    if not hasattr(schedule, "get_config"):
        raise ValueError(
            "LearningRateScheduler: expected a schedule of keras.optimizers.schedules, for a job "
            f"cannot call a function of Python, received {schedule!r}"
        )
    return {"class_name": type(schedule).__name__, "config": schedule.get_config()}


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
