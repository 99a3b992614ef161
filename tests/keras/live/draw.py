"""Random choices for one configuration, and the inputs of the model in the making."""

import numpy as np
import keras

ACTIVATIONS = """relu relu6 tanh sigmoid gelu elu selu celu softplus softsign silu mish leaky_relu
    hard_sigmoid hard_silu hard_tanh tanh_shrink soft_shrink squareplus sparse_plus sparsemax exponential
    log_sigmoid log_softmax softmax linear""".split()
# Without places where what was rounded another way gets another slope or value.
SMOOTH = "tanh sigmoid gelu silu softplus softsign mish exponential softmax linear".split()
# One place (bias, gamma, ...) has one dimension and its constraints and initializers are elementwise.
INITIALIZERS = (
    "zeros ones random_normal random_uniform truncated_normal he_normal lecun_uniform".split()
)


def normal(rng, shape):
    return rng.normal(size=shape)


class Draw:
    """Random choices by a seed. The methods' results depend only on the seed and the calls before.

    input() makes inputs of the model; `tolerance` is what its values may differ by, relative and
    absolute; `repeats` are further calls of a model that remembers the one before;
    `query_axes` say, for each output, which axis has the steps of input 0, where those of zeros do not
    count.
    """

    def __init__(self, *seed, smooth=False):
        self.rng = np.random.default_rng(seed)
        self.inputs = []
        self.samplers = []
        self.batch = self.whole(1, 4)
        self.tolerance = 2e-5
        self.repeats = 0
        self.query_axes = ()
        self.activations = SMOOTH if smooth else ACTIVATIONS

    # -- Choices
    def whole(self, low, high):
        """An integer of [low, high]."""
        return int(self.rng.integers(low, high + 1))

    def real(self, low, high):
        return round(float(self.rng.uniform(low, high)), 3)

    def chance(self, probability=0.5):
        return bool(self.rng.random() < probability)

    def one_of(self, *options):
        return options[self.whole(0, len(options) - 1)]

    def maybe(self, probability, make):
        return make() if self.chance(probability) else None

    def wholes(self, count, low, high):
        """One integer for all axes, or one an axis, as Keras takes window sizes."""
        if self.chance():
            return self.whole(low, high)
        return tuple(self.whole(low, high) for _ in range(count))

    def shape(self, min_rank, max_rank, low=1, high=5):
        return tuple(self.whole(low, high) for _ in range(self.whole(min_rank, max_rank)))

    # -- Arguments that many layers share
    def activation(self, probability=0.6):
        return self.maybe(probability, lambda: self.one_of(*self.activations))

    def regularizer(self):
        return self.one_of(
            "l1",
            "l2",
            keras.regularizers.L1L2(self.real(0, 0.1), self.real(0, 0.1)),
            keras.regularizers.L2(self.real(0, 1)),
        )

    def constraint(self):
        return self.one_of(
            "non_neg",
            keras.constraints.MaxNorm(self.real(0.5, 2), axis=0),
            keras.constraints.UnitNorm(axis=0),
            keras.constraints.MinMaxNorm(0.2, self.real(0.5, 2), self.real(0.1, 1), axis=0),
        )

    def weights(self, *names, probability=0.15):
        """For each named weight perhaps an initializer, a regularizer and a constraint."""
        arguments = {}
        for name in names:
            kinds = {
                "initializer": lambda: self.one_of(*INITIALIZERS),
                "regularizer": self.regularizer,
                "constraint": self.constraint,
            }
            for kind, make in kinds.items():
                if self.chance(probability):
                    arguments[f"{name}_{kind}"] = make()
            if arguments.get(f"{name}_constraint") == "non_neg":
                # Weights get to be exactly 0, where JAX has another slope of |w| than other backends.
                arguments.pop(f"{name}_regularizer", None)
        return arguments

    def activity_regularizer(self, probability=0.15):
        if self.chance(probability):
            return {"activity_regularizer": self.regularizer()}
        return {}

    def data_format(self, sizes, channels):
        """The shape of an image, and the argument that says so."""
        if self.chance(0.3):
            return (channels, *sizes), {"data_format": "channels_first"}
        return (*sizes, channels), {}

    def image(self, shape, data_format):
        """An input of what data_format() gave, at times of a size that is not known beforehand."""
        return self.input(
            shape, free=range(1, len(shape)) if data_format else range(len(shape) - 1)
        )

    # -- Inputs
    def input(self, shape, dtype="float32", sample=normal, free=(), batch=None):
        """A symbolic input of (batch, *shape); sample(rng, shape) gives its values. Now and then the
        lengths of the axes `free` of the shape are not known beforehand. `batch` fixes its own."""
        known = list(shape)
        if free and self.chance(0.15):
            for axis in free:
                known[axis] = None
        tensor = keras.Input(known, batch_size=batch, dtype=dtype)
        self.inputs.append(tensor)
        self.samplers.append(lambda batch: sample(self.rng, (batch, *shape)))
        return tensor

    def free_input(self, shape, **arguments):
        """An input whose axes, but for the last, are now and then not known beforehand."""
        return self.input(shape, free=range(len(shape) - 1), **arguments)

    def ids(self, shape, count, dtype="int32"):
        """An input of integers of [0, count)."""
        return self.input(shape, dtype, lambda rng, shape: rng.integers(0, count, shape))

    def masked(self, steps, features):
        """A sequence with a mask: some steps of each sample are left out, never the first."""

        def sample(rng, shape):
            values = rng.normal(size=shape)
            lengths = rng.integers(1, steps + 1, shape[0])
            values[np.arange(steps)[None, :] >= lengths[:, None]] = 0
            return values

        return keras.layers.Masking(0.0)(self.input((steps, features), sample=sample, free=[0]))

    def sample(self, batches=1):
        """Values of all inputs, of `batches` times the batch."""
        return [
            np.asarray(sample(self.batch * batches)).astype(tensor.dtype)
            for tensor, sample in zip(self.inputs, self.samplers)
        ]
