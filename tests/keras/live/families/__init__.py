"""Tables of generators: for each layer class a function of a Draw that gives a model's outputs."""

GENERATORS = {}
# Classes that are registered but have no generator, each with the reason.
WITHOUT = {}


def layer(*names, **arguments):
    """Registers a generator for a class, or for several that take the same arguments. It is called
    as function(draw, cls), where cls is the Keras class, with `arguments` besides."""

    def register(function):
        for name in names:
            GENERATORS[name] = (function, arguments)
        return function

    return register


from families import (  # noqa: E402
    activations,
    attention,
    convolutional,
    core,
    images,
    merging,
    normalization,
    pooling,
    preprocessing,
    recurrent,
    regularization,
    reshaping,
)
