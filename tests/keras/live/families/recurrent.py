from families import layer
from families.convolutional import as_tuple, rank
import keras
from keras import layers

GATES = ("sigmoid", "hard_sigmoid", "tanh")


def cell_arguments(draw, name):
    """Of a recurrent layer or its cell: `name` is SimpleRNN, LSTM or GRU."""
    arguments = {"use_bias": draw.chance(0.8)}
    if draw.chance(0.4):
        known = ("tanh", "relu", "sigmoid", "softsign", "gelu")
        arguments["activation"] = draw.one_of(*(a for a in known if a in draw.activations))
    if name != "SimpleRNN" and draw.chance(0.4):
        arguments["recurrent_activation"] = draw.one_of(*GATES)
    if name == "LSTM" and draw.chance(0.3):
        arguments["unit_forget_bias"] = False
    if name == "GRU" and draw.chance(0.5):
        arguments["reset_after"] = False
    if draw.chance(0.1):  # only prediction is compared then
        arguments.update(dropout=draw.real(0, 0.5), recurrent_dropout=draw.real(0, 0.5))
    return arguments | draw.weights("kernel", "recurrent", "bias", probability=0.08)


def sequence(draw):
    steps, features = draw.whole(1, 5), draw.whole(1, 4)
    if draw.chance(0.35):
        return draw.masked(steps, features)
    return draw.input((steps, features), free=[0])


def walk(draw):
    return dict(
        return_sequences=draw.chance(),
        return_state=draw.chance(0.3),
        go_backwards=draw.chance(0.3),
        unroll=draw.chance(0.2),
    )


@layer("SimpleRNN", "LSTM", "GRU")
def recurrent(draw, cls):
    draw.tolerance = 5e-5
    units = draw.whole(1, 4)
    rnn = cls(
        units,
        zero_output_for_mask=draw.chance(0.1),
        **walk(draw),
        **cell_arguments(draw, cls.__name__),
        **draw.activity_regularizer(0.1),
    )
    if draw.chance(0.15):
        return stateful(draw, rnn)
    inputs = sequence(draw)
    if draw.chance(0.3):
        states = [draw.input((units,)) for _ in range(2 if cls.__name__ == "LSTM" else 1)]
        return rnn(inputs, initial_state=states)
    return rnn(inputs)


def stateful(draw, rnn):
    """The same layer, which goes on where the call before ended: for batches of one size."""
    draw.repeats = 2
    again = type(rnn).from_config(
        rnn.get_config() | {"stateful": True, "activity_regularizer": None}
    )
    return again(draw.input((draw.whole(1, 5), draw.whole(1, 4)), batch=draw.batch))


@layer("SimpleRNNCell", "LSTMCell", "GRUCell")
def one_step(draw, cls):
    units = draw.whole(1, 4)
    count = 2 if cls.__name__ == "LSTMCell" else 1
    cell = cls(units, **cell_arguments(draw, cls.__name__.removesuffix("Cell")))
    states = [draw.input((units,)) for _ in range(count)]
    output, new_states = cell(draw.input((draw.whole(1, 4),)), states)
    return [output, *new_states]


def random_cell(draw):
    name = draw.one_of("SimpleRNN", "LSTM", "GRU")
    return getattr(layers, name + "Cell")(draw.whole(1, 4), **cell_arguments(draw, name))


@layer("RNN")
def rnn(draw, cls):
    draw.tolerance = 5e-5
    cell = random_cell(draw)
    if draw.chance(0.3):
        cell = [cell, *(random_cell(draw) for _ in range(draw.whole(1, 2)))]
    layer = cls(cell, zero_output_for_mask=draw.chance(0.3), **walk(draw))
    return stateful(draw, layer) if draw.chance(0.1) else layer(sequence(draw))


@layer("StackedRNNCells")
def stacked(draw, cls):
    draw.tolerance = 5e-5
    cells = cls([random_cell(draw) for _ in range(draw.whole(1, 3))])
    return layers.RNN(cells, **walk(draw))(sequence(draw))


@layer("Bidirectional")
def bidirectional(draw, cls):
    draw.tolerance = 5e-5
    name = draw.one_of("SimpleRNN", "LSTM", "GRU")
    units = draw.whole(1, 3)
    sequences = draw.chance()
    merge_mode = draw.one_of("concat", "sum", "mul", "ave", None)
    state = draw.chance(0.25)
    forward = dict(return_sequences=sequences, return_state=state, unroll=draw.chance(0.1))
    inner = getattr(layers, name)(units, **forward, **cell_arguments(draw, name))
    arguments = {"merge_mode": merge_mode}
    if draw.chance(0.25):
        other = draw.one_of("SimpleRNN", "LSTM", "GRU")
        arguments["backward_layer"] = getattr(layers, other)(units, go_backwards=True, **forward)
    return cls(inner, **arguments)(sequence(draw))


@layer("TimeDistributed")
def time_distributed(draw, cls):
    inner, shape = draw.one_of(
        lambda: (layers.Dense(draw.whole(1, 4), activation=draw.activation()), (3,)),
        lambda: (layers.Conv2D(2, 2, padding="same"), (3, 4, 2)),
        lambda: (layers.LSTM(2, return_sequences=draw.chance()), (3, 2)),
        lambda: (layers.LayerNormalization(), (4,)),
        lambda: (layers.Flatten(), (2, 3)),
        lambda: (layers.BatchNormalization(momentum=0.7), (3,)),
        lambda: (layers.Dense(2, activity_regularizer="l2"), (3,)),
        lambda: (layers.MaxPooling2D(2, padding="same"), (3, 4, 2)),
        lambda: (keras.Sequential([layers.Dense(3), layers.Dense(2)]), (3,)),
        lambda: (layers.Bidirectional(layers.GRU(2)), (3, 2)),
        lambda: (layers.Dropout(0.4), (3,)),
    )()
    steps = draw.whole(1, 4)
    if len(shape) == 1 and draw.chance(0.3):
        return cls(inner)(draw.masked(steps, *shape))
    return cls(inner)(draw.input((steps, *shape)))


@layer("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
def conv_lstm(draw, cls):
    draw.tolerance = 1e-4
    dims = rank(cls)
    kernel = draw.wholes(dims, 1, 3)
    padding = draw.one_of("valid", "same")
    sizes = tuple(k + draw.whole(0, 2) for k in as_tuple(kernel, dims))
    shape, data_format = draw.data_format(sizes, draw.whole(1, 2))
    arguments = {}
    if draw.chance(0.3):
        arguments["strides"] = draw.wholes(dims, 1, 2)
    if draw.chance(0.4):
        arguments["recurrent_activation"] = draw.one_of(*GATES)
    if "strides" not in arguments and padding == "same" and draw.chance(0.2):
        arguments["dilation_rate"] = draw.wholes(dims, 1, 2)
    if draw.chance(0.3):
        arguments["activation"] = draw.one_of("relu", "sigmoid", "softsign")
    if draw.chance(0.1):
        arguments.update(dropout=draw.real(0, 0.5), recurrent_dropout=draw.real(0, 0.5))
    arguments |= draw.weights("kernel", "recurrent", "bias", probability=0.08)
    return cls(
        draw.whole(1, 3),
        kernel,
        padding=padding,
        use_bias=draw.chance(0.8),
        return_sequences=draw.chance(),
        return_state=draw.chance(0.3),
        go_backwards=draw.chance(0.3),
        unit_forget_bias=draw.chance(0.7),
        **arguments,
        **data_format,
    )(draw.input((draw.whole(1, 3), *shape)))
