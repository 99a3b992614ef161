"""Writes what Keras computes on one model as cases of tests/conformance."""

import json

import jax
import keras
import numpy as np


def randomize(model, rng):
    """Other values than zeros and ones, which would hide what they are multiplied with."""
    for variable in model.variables:
        if not keras.backend.is_float_dtype(variable.dtype) or "seed_generator" in variable.path:
            continue
        if variable.path.startswith("normalization"):  # adapted: what it computes was fixed then
            continue
        name = variable.path.split("/")[-1]
        values = rng.normal(scale=0.6, size=variable.shape)
        if name == "gamma" or name == "scale":
            values += 1
        if "variance" in name or "stddev" in name:
            values = rng.uniform(0.5, 1.5, variable.shape)
        variable.assign(values)


def is_float(array):
    return keras.backend.is_float_dtype(keras.backend.standardize_dtype(array.dtype))


def structured(model, leaves):
    return keras.tree.pack_sequence_as(model.input, list(leaves))


def output_types(model, inputs):
    variables = [
        [v.value for v in group]
        for group in (model.trainable_variables, model.non_trainable_variables)
    ]

    def call(inputs):
        return model.stateless_call(*variables, structured(model, inputs), training=False)[0]

    return keras.tree.flatten(jax.eval_shape(call, inputs))


class Arrays:
    """The arrays of a case by name, and what its JSON says about them."""

    def __init__(self):
        self.values = {}

    def add(self, name, value):
        value = np.asarray(value)
        if value.dtype.name in ("bfloat16", "float16"):
            value = value.astype("float32")
        self.values[name] = np.ascontiguousarray(value).reshape(value.shape)
        return name

    def about(self):
        return {k: {"dtype": v.dtype.name, "shape": v.shape} for k, v in self.values.items()}


def write(folder, kind, arrays, tolerance, **content):
    """`tolerance` is relative and absolute at once, or a pair of both."""
    rtol, atol = tolerance if isinstance(tolerance, tuple) else (tolerance, tolerance)
    case = dict(schema=1, kind=kind, rtol=rtol, atol=atol, **content)
    case["arrays"] = arrays.about()
    np.savez(folder / "data.npz", **arrays.values)
    (folder / "case.json").write_text(json.dumps(case, default=list))


def evaluate(model, inputs, loss_weights, training):
    """Outputs, losses, values after the call, and gradients with respect to variables and inputs."""
    trainable = [v.value for v in model.trainable_variables]
    others = [v.value for v in model.non_trainable_variables]
    differentiable = [i for i, value in enumerate(inputs) if is_float(value)]

    def compute(trainable, others, inputs, loss_weights):
        def forward(trainable, chosen):
            full = list(inputs)
            for i, value in zip(differentiable, chosen):
                full[i] = value
            outputs, others_after, losses = model.stateless_call(
                trainable, others, structured(model, full), training=training, return_losses=True
            )
            outputs = keras.tree.flatten(outputs)
            return [y for y in outputs if is_float(y)], (outputs, losses, others_after)

        chosen = [inputs[i] for i in differentiable]
        ys, pull, results = jax.vjp(forward, trainable, chosen, has_aux=True)
        return results, pull([g.astype(y.dtype) for g, y in zip(loss_weights, ys)])

    results, gradients = jax.jit(compute)(trainable, others, inputs, loss_weights)
    return results, gradients, differentiable


def repeated(model, inputs, times, arrays):
    """Names of the outputs of further calls after a first one; Keras's JAX backend keeps states between
    eager calls only."""
    calls = []
    for call in range(times + 1):
        outputs = keras.tree.flatten(model(structured(model, inputs), training=False))
        if call > 0:
            calls.append([arrays.add(f"call.{call}.{i}", y) for i, y in enumerate(outputs)])
    return calls


def layer_case(folder, model, draw):
    """Kind "layer": forward and gradients in prediction and, if it is not random, in training."""
    arrays = Arrays()
    inputs = draw.sample()
    names = [arrays.add(f"in.{i}", value) for i, value in enumerate(inputs)]
    loss_weights = [
        draw.rng.normal(size=y.shape).astype("float32")
        for y in output_types(model, inputs)
        if is_float(y)
    ]
    for loss_weight, axis in zip(loss_weights, draw.query_axes):
        counts = np.any(inputs[0] != 0, axis=-1)
        shape = [n if i in (0, axis) else 1 for i, n in enumerate(loss_weight.shape)]
        loss_weight *= counts.reshape(shape)
    weights, keys = [], {}
    for variable in model.variables:
        if "seed_generator" in variable.path:
            continue
        key = keys[variable.path] = arrays.add(f"w.{len(weights)}", variable.value)
        weights.append(dict(key=key, path=variable.path, trainable=variable.trainable))

    modes = {}
    for mode, training in (("inference", False), ("training", True)):
        try:
            results, gradients, differentiable = evaluate(model, inputs, loss_weights, training)
        except Exception:
            if training and any("seed_generator" in v.path for v in model.variables):
                continue  # random, so that nothing would be compared
            raise
        ys, losses, others = results
        updated = {}
        random = False
        for variable, after in zip(model.non_trainable_variables, others):
            if np.array_equal(variable.value, after):
                continue
            if "seed_generator" in variable.path:
                random = True
            else:
                key = keys[variable.path]
                updated[key] = arrays.add(f"{mode}.updated.{key}", after)
        if random:
            continue
        out = [arrays.add(f"{mode}.out.{i}", y) for i, y in enumerate(ys)]
        floats = [name for name, y in zip(out, ys) if is_float(y)]
        weight_grads = {}
        for variable, gradient in zip(model.trainable_variables, gradients[0]):
            if np.any(gradient):  # no gradient flows into what is not used
                key = keys[variable.path]
                weight_grads[key] = arrays.add(f"{mode}.gw.{key}", gradient)
        modes[mode] = dict(
            training=training,
            outputs=out,
            losses=arrays.add(f"{mode}.losses", np.array([float(x) for x in losses], "float32")),
            loss_weights={
                name: arrays.add(f"g.{name}", g) for name, g in zip(floats, loss_weights)
            },
            input_grads={
                names[i]: arrays.add(f"{mode}.gin.{i}", g)
                for i, g in zip(differentiable, gradients[1])
            },
            weight_grads=weight_grads,
            updated_weights=updated,
        )
    if draw.repeats:
        modes["inference"]["repeat_outputs"] = repeated(model, inputs, draw.repeats, arrays)
    model.save(folder / "model.keras")
    write(
        folder, "layer", arrays, draw.tolerance,
        model="model.keras", inputs=names, weights=weights, modes=modes,
    )  # fmt: skip
    return "training" in modes


def learning_rate(draw):
    """A number, or a schedule that moves within two steps."""
    rate = draw.real(0.01, 0.1)
    schedules = keras.optimizers.schedules
    return draw.one_of(
        lambda: rate,
        lambda: rate,
        lambda: schedules.ExponentialDecay(rate, 1, 0.7, staircase=draw.chance()),
        lambda: schedules.CosineDecay(rate, 3, alpha=0.1),
        lambda: schedules.InverseTimeDecay(rate, 1, 0.5),
        lambda: schedules.PiecewiseConstantDecay([0, 1], [rate, rate / 2, rate / 4]),
        lambda: schedules.PolynomialDecay(rate, 4, rate / 10, power=2.0),
    )()


def optimizer(draw):
    """Those whose step is a smooth function of the gradient: Adam's first step is its sign."""
    rate = learning_rate(draw)
    return draw.one_of(
        lambda: keras.optimizers.SGD(rate),
        lambda: keras.optimizers.SGD(rate, momentum=0.9, nesterov=draw.chance()),
        lambda: keras.optimizers.SGD(rate, clipnorm=draw.real(0.1, 1)),
        lambda: keras.optimizers.SGD(rate, global_clipnorm=draw.real(0.1, 1), weight_decay=0.01),
        lambda: keras.optimizers.Adagrad(rate),
        lambda: keras.optimizers.Adam(rate, epsilon=0.1, amsgrad=draw.chance()),
        lambda: keras.optimizers.AdamW(rate, epsilon=0.1),
        lambda: keras.optimizers.RMSprop(rate, epsilon=0.1, centered=draw.chance()),
        lambda: keras.optimizers.Adadelta(rate, epsilon=0.1),
        lambda: keras.optimizers.Nadam(rate, epsilon=0.1),
        lambda: keras.optimizers.Lamb(rate, epsilon=0.1),
        lambda: keras.optimizers.Ftrl(rate, l2_regularization_strength=0.1),
        lambda: keras.optimizers.SGD(rate, clipvalue=draw.real(0.1, 1)),
        lambda: keras.optimizers.Adam(rate, epsilon=0.1, gradient_accumulation_steps=2),
    )()


def loss(draw):
    """One of whatever targets. Keras 3.15 saves no `delta` of Huber."""
    reduction = draw.one_of("sum_over_batch_size", "sum_over_batch_size", "sum", "mean")
    return draw.one_of(
        keras.losses.MeanSquaredError(reduction),
        keras.losses.MeanAbsoluteError(reduction),
        keras.losses.Huber(reduction=reduction),
        keras.losses.LogCosh(reduction),
        "mse",
        "huber",
    )


def metrics(draw, model):
    """One for each output, or none. A step on JAX hides masks from them, which other backends heed."""
    outputs = keras.tree.flatten(model.output)
    if any(keras.src.backend.get_keras_mask(y) is not None for y in outputs) or draw.chance():
        return None
    chosen = [draw.one_of("mae", "mse", "logcosh") for _ in outputs]
    return chosen if len(chosen) == 1 else keras.tree.pack_sequence_as(model.output, chosen)


def training_case(folder, model, draw):
    """Kind "training": two steps on two batches."""
    model.compile(optimizer(draw), loss=loss(draw), metrics=metrics(draw, model), jit_compile=True)
    arrays = Arrays()
    x = draw.sample(batches=2)
    shapes = [(2 * draw.batch, *y.shape[1:]) for y in output_types(model, x)]
    y = [draw.rng.normal(size=shape).astype("float32") for shape in shapes]
    data = dict(
        x=[arrays.add(f"x.{i}", value) for i, value in enumerate(x)],
        y=[arrays.add(f"y.{i}", value) for i, value in enumerate(y)],
    )
    variables = [v for v in model.variables if "seed_generator" not in v.path]
    weights = [dict(path=v.path, trainable=v.trainable) for v in variables]
    steps = ("initial", "after_first_batch", "final")
    losses, logs = [], []
    for step, moment in enumerate(steps):
        if step > 0:
            rows = slice((step - 1) * draw.batch, step * draw.batch)
            targets = keras.tree.pack_sequence_as(model.output, [v[rows] for v in y])
            batch = structured(model, [v[rows] for v in x])
            log = model.train_on_batch(batch, targets, return_dict=True)
            # Each call starts the metrics anew; batches of one size weigh the same in their mean.
            losses.append({name: float(value) for name, value in log.items()})
            logs.append({name: np.mean([one[name] for one in losses]) for name in log})
        else:
            model.save(folder / "initial.keras")
        for i, (entry, variable) in enumerate(zip(weights, variables)):
            entry[moment] = arrays.add(f"{moment}.{i}", variable.value)
    state = [
        dict(path=v.path, final=arrays.add(f"optimizer.{i}", v.value))
        for i, v in enumerate(model.optimizer.variables)
    ]
    tolerance = 2 * draw.tolerance
    write(
        folder, "training", arrays, tolerance,
        initial="initial.keras", fit=dict(batch_size=draw.batch, epochs=1, shuffle=False),
        data={k: v[0] if len(v) == 1 else v for k, v in data.items()},
        history={name: [value] for name, value in logs[-1].items()}, batch_logs=logs,
        weights=weights, optimizer_variables=state,
        first_batch_rtol=tolerance, first_batch_atol=tolerance,
    )  # fmt: skip
