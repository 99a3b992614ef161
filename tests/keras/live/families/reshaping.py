import math

from families import layer
from families.convolutional import rank


def margins(draw, dims, high):
    """One integer, one an axis, or a pair an axis."""
    forms = [
        lambda: draw.whole(0, high),
        lambda: tuple(draw.whole(0, high) for _ in range(dims)),
        lambda: tuple((draw.whole(0, high), draw.whole(0, high)) for _ in range(dims)),
    ]
    if dims == 1:
        forms[1] = forms[2] = lambda: (draw.whole(0, high), draw.whole(0, high))
    return draw.one_of(*forms)()


def image(draw, dims, low):
    sizes = tuple(draw.whole(low, low + 3) for _ in range(dims))
    if dims == 1:  # these layers take no data_format in one dimension
        return (*sizes, draw.whole(1, 3)), {}
    return draw.data_format(sizes, draw.whole(1, 3))


@layer("Cropping1D", "Cropping2D", "Cropping3D")
def cropping(draw, cls):
    shape, data_format = image(draw, rank(cls), 5)
    return cls(margins(draw, rank(cls), 2), **data_format)(draw.image(shape, data_format))


@layer("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D")
def zero_padding(draw, cls):
    shape, data_format = image(draw, rank(cls), 1)
    return cls(margins(draw, rank(cls), 2), **data_format)(draw.image(shape, data_format))


@layer("UpSampling1D", "UpSampling2D", "UpSampling3D")
def up_sampling(draw, cls):
    dims = rank(cls)
    shape, data_format = image(draw, dims, 2)
    size = draw.whole(1, 3) if dims == 1 else draw.wholes(dims, 1, 3)
    if dims == 2:
        methods = ("nearest", "nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
        data_format["interpolation"] = draw.one_of(*methods)
    return cls(size, **data_format)(draw.input(shape))


@layer("Flatten")
def flatten(draw, cls):
    data_format = {"data_format": "channels_first"} if draw.chance(0.3) else {}
    return cls(**data_format)(draw.input(draw.shape(0, 3)))


@layer("Permute")
def permute(draw, cls):
    shape = draw.shape(1, 4)
    dims = [int(axis) + 1 for axis in draw.rng.permutation(len(shape))]
    return cls(dims)(draw.free_input(shape))


@layer("RepeatVector")
def repeat_vector(draw, cls):
    return cls(draw.whole(1, 4))(draw.input(draw.shape(1, 1)))


@layer("Reshape")
def reshape(draw, cls):
    shape = draw.shape(1, 3)
    target = [shape[axis] for axis in draw.rng.permutation(len(shape))]
    if draw.chance(0.3):
        target = [math.prod(shape)]
    if draw.chance():
        target[draw.whole(0, len(target) - 1)] = -1
    return cls(target)(draw.input(shape))
