"""Random Functional models of 5 to 30 layers: shared layers, merges, nested models, ops, several
inputs and outputs."""

import keras
from keras import layers, ops

import operations
from draw import ACTIVATIONS


class Growth:
    """A graph in the making: `open` are the tensors that nothing has used yet."""

    def __init__(self, draw):
        self.draw = draw
        self.tensors = []
        self.unused = []
        self.shared = []  # layers that can be called again, with the shape that they take
        self.count = 0

    def add(self, *tensors):
        self.count += 1
        for tensor in tensors:
            self.tensors.append(tensor)
            self.unused.append(tensor)
        return tensors[0]

    def use(self, *tensors):
        ids = {id(tensor) for tensor in tensors}
        self.unused = [tensor for tensor in self.unused if id(tensor) not in ids]

    def pick(self, rank=None):
        """A tensor, rather a new one; of a rank besides the batch if given. None if there is none."""
        draw = self.draw
        pool = self.unused if self.unused and draw.chance(0.7) else self.tensors
        pool = [t for t in pool if rank is None or len(t.shape) == rank + 1]
        return pool[draw.whole(0, len(pool) - 1)] if pool else None


def on_images(draw, shape):
    filters = draw.whole(2, 4)
    return draw.one_of(
        lambda: layers.Conv2D(
            filters, draw.whole(1, 3), padding="same", activation=draw.activation()
        ),
        lambda: layers.Conv2D(filters, 1, strides=2, use_bias=False),
        lambda: layers.DepthwiseConv2D(2, padding="same"),
        lambda: layers.SeparableConv2D(filters, 2, padding="same"),
        lambda: layers.Conv2DTranspose(filters, 2, strides=1, padding="same"),
        lambda: layers.BatchNormalization(),
        lambda: layers.MaxPooling2D(2, padding="same"),
        lambda: layers.AveragePooling2D(2, strides=1, padding="same"),
        lambda: layers.UpSampling2D(2) if max(shape[:2]) <= 4 else layers.ZeroPadding2D(1),
        lambda: layers.Cropping2D(((0, shape[0] // 3), (0, 0))),
        lambda: layers.GlobalAveragePooling2D(),
        lambda: layers.Reshape((shape[0] * shape[1], shape[2])),
        lambda: layers.Flatten(),
        lambda: layers.TimeDistributed(layers.LSTM(2, return_sequences=True)),
    )()


def on_sequences(draw, shape):
    units = draw.whole(2, 4)
    return draw.one_of(
        lambda: layers.LSTM(units, return_sequences=draw.chance()),
        lambda: layers.GRU(units, return_sequences=draw.chance()),
        lambda: layers.Bidirectional(layers.SimpleRNN(units, return_sequences=True)),
        lambda: layers.Conv1D(units, draw.whole(1, 2), padding="causal"),
        lambda: layers.Masking(0.5),
        lambda: layers.GlobalMaxPooling1D(),
        lambda: layers.GlobalAveragePooling1D(),
        lambda: layers.TimeDistributed(layers.Dense(units)),
        lambda: layers.EinsumDense("abc,cd->abd", (None, units), bias_axes="d"),
        lambda: layers.Permute((2, 1)),
        lambda: layers.LayerNormalization(),
    )()


def on_vectors(draw, shape):
    return draw.one_of(
        lambda: layers.RepeatVector(draw.whole(1, 3)),
        lambda: layers.Reshape((shape[0], 1)),
        lambda: layers.UnitNormalization(),
        lambda: layers.Dense(draw.whole(1, 6), kernel_regularizer="l2"),
    )()


def anywhere(draw):
    return draw.one_of(
        lambda: layers.Dense(draw.whole(2, 5), activation=draw.activation()),
        lambda: layers.Activation(draw.one_of(*ACTIVATIONS[:12])),
        # Random in training, so that such a graph is compared in prediction alone.
        lambda: layers.Dropout(0.3) if draw.chance(0.1) else layers.Identity(),
        lambda: layers.LeakyReLU(),
        lambda: layers.PReLU(),
        lambda: layers.RMSNormalization(),
        lambda: layers.ActivityRegularization(l2=0.01),
    )()


def new_layer(growth, tensor):
    draw, shape = growth.draw, tuple(tensor.shape[1:])
    by_rank = {1: on_vectors, 2: on_sequences, 3: on_images}
    make = by_rank.get(len(shape))
    step = anywhere(draw) if make is None or draw.chance(0.4) else make(draw, shape)
    growth.shared.append((step, shape))
    return step(tensor)


def again(growth):
    """A layer of before on another tensor of the shape that it takes."""
    draw = growth.draw
    if not growth.shared:
        return None
    step, shape = growth.shared[draw.whole(0, len(growth.shared) - 1)]
    fitting = [t for t in growth.tensors if tuple(t.shape[1:]) == shape]
    tensor = fitting[draw.whole(0, len(fitting) - 1)]
    growth.use(tensor)
    return step(tensor)


def merged(growth):
    draw = growth.draw
    first = growth.pick()
    same = [t for t in growth.tensors if t.shape == first.shape and t is not first]
    if same:
        others = [first, *same[: draw.whole(1, 3)]]
        cls = draw.one_of(layers.Add, layers.Multiply, layers.Average, layers.Maximum)
        if len(others) == 2 and draw.chance(0.3):
            cls = layers.Subtract
        growth.use(*others)
        return (cls() if draw.chance(0.7) else layers.Concatenate())(others)
    other = growth.pick(len(first.shape) - 1)
    if other is None or other is first:
        return None
    if len(first.shape) > 2:
        first, other = layers.Dense(3)(first), layers.Dense(3)(other)
        if first.shape != other.shape:
            return None
    growth.use(first, other)
    return layers.Concatenate()([first, other])


def operation(growth):
    """An op of keras.ops, or what Python's operators make of a tensor."""
    draw, tensor = growth.draw, growth.pick()
    growth.use(tensor)
    if draw.chance(0.6) and keras.backend.is_float_dtype(tensor.dtype):
        return operations.anywhere(draw, tensor)
    return draw.one_of(
        lambda: tensor * 0.5 + 1.0,
        lambda: 1.0 - tensor,
        lambda: tensor / 2.0,
        lambda: -tensor,
        lambda: ops.tanh(tensor),
        lambda: ops.relu(tensor),
        lambda: ops.sum(tensor, axis=-1, keepdims=True),
        lambda: ops.mean(tensor, axis=1, keepdims=True),
        lambda: ops.expand_dims(tensor, 1) if len(tensor.shape) < 4 else ops.max(tensor, axis=1),
        lambda: ops.concatenate([tensor, tensor], axis=-1),
        lambda: tensor[:, :1],
        lambda: ops.clip(tensor, -1.0, 1.0),
        lambda: ops.softmax(tensor, axis=-1),
        lambda: ops.square(tensor),
        lambda: ops.abs(tensor),
        lambda: ops.add(tensor, tensor),
        lambda: ops.maximum(tensor, 0.1),
    )()


def nested(growth):
    """A model inside: Sequential, or Functional with two outputs."""
    draw, tensor = growth.draw, growth.pick()
    growth.use(tensor)
    shape = tensor.shape[1:]
    if draw.chance():
        steps = [anywhere(draw) for _ in range(draw.whole(1, 3))]
        if draw.chance():
            steps.insert(0, keras.Input(shape))
        return keras.Sequential(steps)(tensor)
    inside = keras.Input(shape)
    first = layers.Dense(3, activation="tanh")(inside)
    second = layers.Dense(draw.whole(1, 3))(first)
    if draw.chance():
        return keras.Model(inside, second + 1.0)(tensor)
    return keras.Model(inside, [first, second])(tensor)


def graph(draw):
    """The outputs of a random graph: a tensor, a list or a dictionary."""
    growth = Growth(draw)
    draw.batch = draw.whole(2, 4)
    draw.tolerance = 1e-4
    for _ in range(draw.whole(1, 3)):
        shape = draw.one_of((draw.whole(2, 5),), (draw.whole(2, 4), 3), (4, draw.whole(3, 5), 2))
        growth.add(draw.input(shape))
    target = draw.whole(5, 30)
    while growth.count < target:
        kind = draw.rng.random()
        if kind < 0.55:
            tensor = growth.pick()
            growth.use(tensor)
            result = new_layer(growth, tensor)
        elif kind < 0.65:
            result = again(growth)
        elif kind < 0.82 or len(growth.unused) > 4:
            result = merged(growth)
        elif kind < 0.94:
            result = operation(growth)
        else:
            result = nested(growth)
        if result is not None:
            results = result if isinstance(result, (list, tuple)) else [result]
            growth.add(*(t for t in results))
    outputs = growth.unused[-draw.whole(1, 3) :]
    if len(outputs) == 1 and draw.chance():
        return outputs[0]
    if draw.chance(0.3):
        return {f"out_{i}": tensor for i, tensor in enumerate(outputs)}
    if len(outputs) == 3 and draw.chance():
        first, *others = outputs
        return draw.one_of([first, others], {"head": others, "tail": first})
    return outputs
