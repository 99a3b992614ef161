from families import layer
from draw import ACTIVATIONS


@layer("Activation")
def activation(draw, cls):
    return cls(draw.one_of(*ACTIVATIONS))(draw.free_input(draw.shape(1, 3, low=2)))


@layer("ELU")
def elu(draw, cls):
    return cls(alpha=draw.real(0.1, 2))(draw.free_input(draw.shape(1, 3)))


@layer("LeakyReLU")
def leaky_relu(draw, cls):
    return cls(negative_slope=draw.real(0, 1))(draw.free_input(draw.shape(1, 3)))


@layer("ReLU")
def relu(draw, cls):
    arguments = {"negative_slope": draw.real(0, 1), "threshold": draw.real(0, 1)}
    if draw.chance():
        arguments["max_value"] = draw.real(1, 2)
    return cls(**arguments)(draw.free_input(draw.shape(1, 3)))


@layer("PReLU")
def prelu(draw, cls):
    shape = draw.shape(1, 3)
    shared = [axis for axis in range(1, len(shape) + 1) if draw.chance(0.3)]
    weights = draw.weights("alpha")
    return cls(shared_axes=shared or None, **weights)(draw.input(shape))


@layer("Softmax")
def softmax(draw, cls):
    shape = draw.shape(1, 3, low=2)
    axes = list(range(-len(shape), 0))
    axis = draw.one_of(*axes, -1)
    if len(axes) > 1 and draw.chance(0.3):
        axis = axes[-2:]
    inputs = draw.input(shape)
    if draw.chance(0.3):
        mask = draw.input(shape, "bool", lambda rng, shape: rng.random(shape) < 0.8)
        return cls(axis)(inputs, mask=mask)
    return cls(axis)(inputs)
