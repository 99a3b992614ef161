from families import WITHOUT, layer
import keras


def affine(draw):
    return dict(center=draw.chance(0.8), scale=draw.chance(0.8), **draw.weights("beta", "gamma"))


@layer("BatchNormalization")
def batch_normalization(draw, cls):
    draw.batch = draw.whole(3, 5)
    draw.tolerance = 1e-4
    arguments = dict(momentum=draw.real(0.5, 0.99), epsilon=draw.real(0.001, 0.1), **affine(draw))
    for name in ("moving_mean_initializer", "moving_variance_initializer"):
        if draw.chance(0.1):
            arguments[name] = draw.one_of("zeros", "ones", "random_uniform")
    if draw.chance(0.15):
        arguments.update(renorm=True, renorm_momentum=draw.real(0.5, 0.99))
        bounds = {"rmin": 0.3, "rmax": 3.0, "dmax": 2.0}
        arguments["renorm_clipping"] = {k: v for k, v in bounds.items() if draw.chance()}
    if draw.chance(0.2):
        return cls(**arguments)(draw.masked(draw.whole(2, 5), draw.whole(1, 4)))
    shape = draw.shape(1, 4)
    axis = draw.one_of(-1, draw.whole(1, len(shape)))
    return cls(axis=axis, **arguments)(draw.input(shape))


@layer("LayerNormalization")
def layer_normalization(draw, cls):
    draw.tolerance = 1e-4
    shape = draw.shape(1, 3, low=2)
    first = draw.whole(1, len(shape))
    axis = draw.one_of(-1, first, list(range(first, len(shape) + 1)))
    arguments = dict(axis=axis, epsilon=draw.real(0.001, 0.1), **affine(draw))
    return cls(**arguments)(draw.input(shape))


@layer("GroupNormalization")
def group_normalization(draw, cls):
    draw.tolerance = 1e-4
    groups = draw.whole(1, 3)
    shape = list(draw.shape(1, 3, low=2))
    axis = draw.whole(1, len(shape))
    shape[axis - 1] = groups * draw.whole(1, 3)
    groups = draw.one_of(groups, groups, -1)
    return cls(
        groups,
        axis=draw.one_of(axis, axis - len(shape) - 1),
        epsilon=draw.real(0.01, 0.1),
        **affine(draw),
    )(draw.input(shape))


@layer("RMSNormalization")
def rms_normalization(draw, cls):
    shape = draw.shape(1, 3, low=2)
    axis = draw.one_of(-1, draw.whole(1, len(shape)))
    return cls(axis=axis, epsilon=draw.real(1e-3, 0.1))(draw.input(shape))


@layer("UnitNormalization")
def unit_normalization(draw, cls):
    shape = draw.shape(1, 3, low=2)
    first = draw.whole(1, len(shape))
    return cls(draw.one_of(-1, first, list(range(first, len(shape) + 1))))(draw.input(shape))


# Its numbers on the torch backend are in core/keras/local/moved_weights_test.cc.
WITHOUT["SpectralNormalization"] = "JAX's training drops the kernel that the layer assigns"
