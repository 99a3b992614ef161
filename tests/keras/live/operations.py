"""Functions of keras.ops as steps of a functional model.

Those that Keras 3.15 fails on between a JAX model's layers are left out: norm, quantile, bincount,
nextafter, polar; and adaptive pools, which it cannot load again.
"""

import keras
import numpy as np
from keras import ops

# By name alone, what takes one tensor: of any values, of positive ones, of (-1, 1).
ELEMENTWISE = (
    """abs arctan arcsinh ceil conj cos deg2rad erf floor imag isfinite isinf isnan isneginf
    isposinf isreal logical_not nan_to_num negative ones_like rad2deg real sign signbit sin sinc square
    stop_gradient tanh trunc zeros_like copy hard_sigmoid hard_silu hard_tanh log_sigmoid relu relu6
    selu sigmoid silu softplus softsign sparse_plus sparse_sigmoid tanh_shrink""".split()
)
OF_POSITIVE = "cbrt log log10 log1p log2 reciprocal rsqrt sqrt".split()
OF_UNIT = "arccos arcsin arctanh cosh erfc erfinv exp exp2 expm1 i0 sinh tan".split()
# Two tensors, which broadcast.
TWO = """add subtract multiply maximum minimum arctan2 logaddexp logaddexp2 fmax fmin greater
    greater_equal less less_equal equal not_equal isclose divide_no_nan logical_and logical_or
    logical_xor""".split()
TWO_POSITIVE = "divide true_divide floor_divide mod fmod power".split()
TWO_TENSORS = "hypot heaviside".split()  # Keras fails on a number in the place of one
INTEGERS = """gcd lcm bitwise_and bitwise_or bitwise_xor left_shift right_shift bitwise_left_shift
    bitwise_right_shift""".split()
# One axis, several or all; with or without them in the result.
REDUCTIONS = """prod std var median nansum nanmean nanmax nanmin nanprod nanstd nanvar
    nanmedian""".split()
TAME_REDUCTIONS = "sum mean max min amax amin logsumexp any all".split()
ONE_AXIS = "nanargmax nanargmin".split()
TAME_ONE_AXIS = "argmax argmin".split()
ALONG = "cumsum cumprod nancumsum nancumprod sort argsort flip softmax log_softmax diff".split()


def normal(rng, shape):
    return rng.normal(size=shape)


def positive(rng, shape):
    return rng.uniform(0.3, 2, shape)


def unit(rng, shape):
    return rng.uniform(-0.9, 0.9, shape)


def fractions(rng, shape):
    return rng.uniform(0, 1, shape)


def near_identity(rng, shape):
    """Matrices that are far from singular."""
    return rng.normal(size=shape) * 0.3 + 2 * np.eye(shape[-1])


def moves(rng, shape):
    """Projective transforms near the identity."""
    return np.float32([1, 0.1, 0.2, -0.1, 0.9, 0.3, 0, 0]) + 0.05 * rng.normal(size=shape) * (
        np.arange(8) < 6
    )


def axis(draw, x):
    """Of one sample, counted from the front or from the end."""
    at = draw.whole(1, len(x.shape) - 1)
    return at if draw.chance() else at - len(x.shape)


def axes(draw, x):
    """One axis or several."""
    known = tuple(at for at in range(1, len(x.shape)) if draw.chance())
    return draw.one_of(axis(draw, x), known) if known else axis(draw, x)


def constant(draw, *shape):
    """An array, which the archive keeps."""
    return draw.rng.normal(size=shape).astype("float32")


def named(names, call):
    """An entry for each of the names: a function without arguments."""
    return {name: lambda function=getattr(ops, name): call(function) for name in names}


def pads(draw, x):
    return ((0, 0), *((draw.whole(0, 1), draw.whole(0, 1)) for _ in x.shape[1:]))


def pad(draw, x):
    if min(x.shape[1:]) > 1 and draw.chance():
        return ops.pad(x, pads(draw, x), draw.one_of("reflect", "symmetric"))
    return ops.pad(x, pads(draw, x), constant_values=draw.one_of(None, 1.5))


def cut(draw, x):
    points = {draw.whole(1, max(1, x.shape[-1] - 1)) for _ in range(2)}
    return ops.split(x, sorted(points), axis=-1)


def get_item(draw, x):
    """Ranges, single places, new axes and an ellipsis."""
    return draw.one_of(
        lambda: x[:, 0],
        lambda: x[:, -1:],
        lambda: x[:, ::-1],
        lambda: x[..., 0],
        lambda: x[..., : x.shape[-1] // 2 + 1],
        lambda: x[:, None],
        lambda: x[..., None, ::2],
    )()


def of_matrices(draw, x):
    return {
        "diagonal": lambda: (
            ops.diagonal(x, draw.whole(0, 1), axis1=-2, axis2=-1)
            if min(x.shape[-2:]) > 1
            else ops.diagonal(x, axis1=1, axis2=2)
        ),
        "gram": lambda: ops.matmul(x, ops.swapaxes(x, -1, -2)),
        "rot90": lambda: ops.rot90(x, draw.whole(0, 3), axes=(-2, -1)),
        "trace": lambda: ops.trace(x, axis1=-2, axis2=-1),
        "tril": lambda: ops.tril(x, draw.whole(-1, 1)),
        "triu": lambda: ops.triu(x, draw.whole(-1, 1)),
    }


def of_any(draw, x):
    """By name: what gives finite values and gradients for whatever finite x."""
    shape = x.shape[1:]
    table = named(ELEMENTWISE, lambda f: f(x))
    table |= named(TAME_REDUCTIONS, lambda f: f(x, axis=axes(draw, x), keepdims=draw.chance()))
    table |= named(TAME_ONE_AXIS, lambda f: f(x, axis=axis(draw, x), keepdims=draw.chance()))
    table |= named(ALONG, lambda f: f(x, axis=axis(draw, x)))
    table |= {
        "add an array": lambda: ops.add(x, constant(draw, shape[-1])),
        "append": lambda: ops.append(x, x * 2.0, axis=axis(draw, x)),
        "array_split": lambda: ops.array_split(x, draw.whole(1, 3), axis=axis(draw, x)),
        "average": lambda: ops.average(x, axis=-1, weights=positive(draw.rng, shape[-1])),
        "cast": lambda: ops.cast(x, draw.one_of("int32", "bool", "float32")),
        "celu": lambda: ops.celu(x, alpha=draw.real(0.5, 2)),
        "clip": lambda: ops.clip(x, -draw.real(0.1, 1), draw.real(0.1, 1)),
        "concatenate": lambda: ops.concatenate([x, x * 2.0], axis=axis(draw, x)),
        "count_nonzero": lambda: ops.count_nonzero(x, axis=axes(draw, x)),
        "digitize": lambda: ops.digitize(x, np.float32([-0.5, 0.1, 0.7])),
        "dot": lambda: ops.dot(x, constant(draw, shape[-1], 2)),
        "einsum": lambda: ops.einsum("...i,...i->...", x, x),
        "elu": lambda: ops.elu(x, alpha=draw.real(0.5, 2)),
        "expand_dims": lambda: ops.expand_dims(x, draw.one_of(1, -1, (1, -1))),
        "full_like": lambda: ops.full_like(x, draw.real(-1, 1)),
        "gelu": lambda: ops.gelu(x, approximate=draw.chance()),
        "get_item": lambda: get_item(draw, x),
        "hard_shrink": lambda: ops.hard_shrink(x, threshold=draw.real(0.1, 1)),
        "hstack": lambda: ops.hstack([x, x]),
        "isin": lambda: ops.isin(ops.round(x), np.float32([-1, 0, 2])),
        "layer_normalization": lambda: ops.layer_normalization(x, axis=-1, epsilon=0.1),
        "leaky_relu": lambda: ops.leaky_relu(x, negative_slope=draw.real(0, 0.5)),
        "matmul": lambda: ops.matmul(x, constant(draw, shape[-1], 2)),
        "moments": lambda: ops.moments(x, axes=[axis(draw, x)], keepdims=draw.chance()),
        "moveaxis": lambda: ops.moveaxis(x, axis(draw, x), axis(draw, x)),
        "one_hot": lambda: ops.one_hot(ops.argmax(x, axis=-1), shape[-1]),
        "pad": lambda: pad(draw, x),
        "ptp": lambda: ops.ptp(x, axis=axis(draw, x), keepdims=draw.chance()),
        "repeat": lambda: ops.repeat(x, draw.whole(1, 3), axis=axis(draw, x)),
        "reshape": lambda: ops.reshape(x, (-1, *shape[::-1])),
        "rms_normalization": lambda: ops.rms_normalization(x, axis=-1, epsilon=0.1),
        "roll": lambda: ops.roll(x, draw.whole(-2, 2), axis=axis(draw, x)),
        "round": lambda: ops.round(x, decimals=draw.whole(0, 2)),
        "saturate_cast": lambda: ops.saturate_cast(x, "int8"),
        "searchsorted": lambda: ops.searchsorted(np.float32([-0.5, 0.1, 0.7]), x),
        "select": lambda: ops.select([x > 0.5, x < -0.5], [x, x * 2.0], draw.real(-1, 1)),
        "soft_shrink": lambda: ops.soft_shrink(x, threshold=draw.real(0.1, 1)),
        "sparsemax": lambda: ops.sparsemax(x, axis=-1),
        "split": lambda: cut(draw, x),
        "squareplus": lambda: ops.squareplus(x, b=draw.whole(1, 4)),
        "stack": lambda: ops.stack([x, -x], axis=axis(draw, x)),
        "subtract from an array": lambda: ops.subtract(constant(draw, shape[-1]), x),
        "swapaxes": lambda: ops.swapaxes(x, axis(draw, x), axis(draw, x)),
        "take": lambda: ops.take(
            x, [draw.whole(-shape[-1], shape[-1] - 1) for _ in range(draw.whole(1, 3))], axis=-1
        ),
        "tensordot": lambda: ops.tensordot(x, constant(draw, shape[-1], 3), axes=1),
        "threshold": lambda: ops.threshold(x, draw.real(-1, 1), draw.real(-1, 1)),
        "tile": lambda: ops.tile(x, (1, *(draw.whole(1, 2) for _ in shape))),
        "top_k": lambda: ops.top_k(x, draw.whole(1, shape[-1])),
        "transpose": lambda: ops.transpose(
            x, (0, *(int(at) + 1 for at in draw.rng.permutation(len(shape))))
        ),
        "trapezoid": lambda: ops.trapezoid(x, dx=draw.real(0.5, 2), axis=axis(draw, x)),
        "unstack": lambda: ops.unstack(x, axis=axis(draw, x)),
        "view": lambda: ops.view(x, "int32"),
        "where": lambda: ops.where(x > draw.real(-0.5, 0.5), x, draw.real(-1, 1)),
    }
    if len(shape) > 1:
        table |= of_matrices(draw, x)
    if shape[-1] % 2 == 0:
        table["glu"] = lambda: ops.glu(x, axis=-1)
        table["split in two"] = lambda: ops.split(x, 2, axis=-1)
    if 1 in shape:
        table["squeeze"] = lambda: ops.squeeze(x, axis=1 + shape.index(1))
    return table


def binary(draw, function, sample, numbers=True):
    """On two tensors, or a tensor and a number or an array; either may come first."""
    shape = draw.shape(1, 3)
    x = draw.input(shape, sample=sample)
    if numbers and draw.chance():
        y = draw.one_of(draw.real(0.3, 2), np.float32(sample(draw.rng, shape[-1:])))
    else:
        other = tuple(1 if draw.chance(0.2) else size for size in shape)
        y = draw.input(other, sample=sample)
    return function(x, y) if draw.chance() else function(y, x)


def quantile(draw, function):
    high = 100 if "percentile" in function.__name__ else 1
    q = draw.one_of(draw.real(0, high), [draw.real(0, high), draw.real(0, high)])
    x = draw.input(draw.shape(1, 3, low=2))
    method = draw.one_of("linear", "lower", "higher", "nearest", "midpoint")
    return function(x, q, axis=axis(draw, x), method=method, keepdims=draw.chance())


def convolution(draw, function):
    channels, dims = draw.whole(1, 3), draw.whole(1, 2)
    last = (2, channels) if function is ops.conv_transpose else (channels, 2)
    kernel = constant(draw, *(draw.whole(1, 2) for _ in range(dims)), *last)
    x = draw.input((*(draw.whole(3, 5) for _ in range(dims)), channels))
    padding = draw.one_of("valid", "same")
    if function is not ops.separable_conv:
        more = {"data_format": "channels_last"} if function is ops.conv_transpose else {}
        return function(x, kernel, strides=draw.whole(1, 2), padding=padding, **more)
    pointwise = constant(draw, *(1,) * dims, 2 * channels, 3)
    return function(x, kernel, pointwise, strides=draw.whole(1, 2), padding=padding)


def pooling(draw, function):
    x = draw.input((draw.whole(2, 5), draw.whole(1, 3)))
    strides = draw.one_of(None, 1, 2)
    return function(x, draw.whole(1, 2), strides=strides, padding=draw.one_of("valid", "same"))


def attention(draw):
    queries, keys, heads, size = (draw.whole(1, 3) for _ in range(4))
    key, value = (draw.input((keys, heads, size)) for _ in range(2))
    query = draw.input((queries, heads, size))
    return ops.dot_product_attention(query, key, value, is_causal=draw.chance(0.3))


def entropy(draw, function):
    classes = draw.whole(2, 4)
    if function is ops.sparse_categorical_crossentropy:
        target = draw.ids((), classes)
    else:
        target = draw.input((classes,), sample=fractions)
    return function(target, draw.input((classes,)), from_logits=True)


def image(draw, channels=None, low=3):
    shape = (draw.whole(low, 5), draw.whole(low, 5), channels or draw.whole(1, 3))
    return draw.input(shape, sample=fractions)


def of_images(draw):
    one = lambda channels=None, low=3: image(draw, channels, low)  # noqa: E731
    return {
        "image.affine_transform": lambda: ops.image.affine_transform(
            one(),
            draw.input((8,), sample=moves),
            interpolation=draw.one_of("nearest", "bilinear"),
            fill_mode=draw.one_of("constant", "nearest", "wrap", "mirror", "reflect"),
            fill_value=draw.real(0, 1),
        ),
        "image.crop_images": lambda: ops.image.crop_images(one(), 1, 0, 0, 1),
        "image.extract_patches": lambda: ops.image.extract_patches(
            one(), draw.whole(1, 3), padding=draw.one_of("valid", "same")
        ),
        "image.gaussian_blur": lambda: ops.image.gaussian_blur(one(), (3, 3), (0.8, 1.2)),
        "image.hsv_to_rgb": lambda: ops.image.hsv_to_rgb(one(3)),
        "image.pad_images": lambda: ops.image.pad_images(one(), 1, 0, 2, 1),
        "image.resize": lambda: ops.image.resize(
            one(),
            (draw.whole(1, 6), draw.whole(1, 6)),
            interpolation=draw.one_of("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"),
            antialias=draw.chance(0.3),
        ),
        "image.rgb_to_grayscale": lambda: ops.image.rgb_to_grayscale(one(3)),
        "image.rgb_to_hsv": lambda: ops.image.rgb_to_hsv(one(3)),
        "image.sobel_edges": lambda: ops.image.sobel_edges(one()),
        "image.ssim": lambda: ops.image.ssim(one(1, 5), draw.input((5, 5, 1)), 1.0, filter_size=3),
        "depth_to_space": lambda: ops.depth_to_space(draw.input((2, 3, 4)), 2),
        "fold": lambda: ops.fold(draw.input((4, 4)), (4, 4), 2, stride=2),
        "psnr": lambda: ops.psnr(draw.input((3, 2)), draw.input((3, 2)), 1.0),
        "space_to_depth": lambda: ops.space_to_depth(draw.input((4, 2, 3)), 2),
        "unfold": lambda: ops.unfold(draw.input((2, 4, 4)), 2, stride=draw.whole(1, 2)),
    }


def of_linear_algebra(draw):
    def square():
        size = draw.whole(1, 3)
        return draw.input((size, size), sample=near_identity)

    def symmetric():
        x = square()
        return ops.matmul(x, ops.transpose(x, (0, 2, 1)))

    def product(function):
        a, b, c = (draw.whole(1, 3) for _ in range(3))
        return function(draw.input((a, b)), draw.input((b, c)))

    def solve(function):
        matrix = square()
        return function(matrix, draw.input((matrix.shape[-1], draw.whole(1, 2))))

    return {
        "cholesky": lambda: ops.cholesky(symmetric()),
        "cross": lambda: ops.cross(draw.input((3,)), draw.input((3,))),
        "det": lambda: ops.det(square()),
        "eigenvalues": lambda: ops.eigh(symmetric())[0],
        "einsum of two": lambda: product(lambda a, b: ops.einsum("bij,bjk->bki", a, b)),
        "inv": lambda: ops.inv(square()),
        "logdet": lambda: ops.logdet(symmetric()),
        "matmul of two": lambda: product(ops.matmul),
        "pinv": lambda: ops.pinv(square()),
        "singular values": lambda: ops.svd(square(), compute_uv=False),
        "slogdet": lambda: ops.slogdet(square()),
        "solve": lambda: solve(ops.solve),
        "solve_triangular": lambda: solve(
            lambda a, b: ops.solve_triangular(ops.tril(a), b, lower=True)
        ),
    }


def of_signals(draw):
    complex_input = lambda *shape: (draw.input(shape), draw.input(shape))  # noqa: E731
    return {
        "extract_sequences": lambda: ops.extract_sequences(draw.input((8,)), 4, 2),
        "fft": lambda: ops.fft(complex_input(draw.whole(1, 5))),
        "fft2": lambda: ops.fft2(complex_input(2, 3)),
        "ifft2": lambda: ops.ifft2(complex_input(2, 3)),
        "irfft": lambda: ops.irfft(complex_input(draw.whole(2, 5))),
        "rfft": lambda: ops.rfft(draw.input((draw.whole(2, 6),))),
        "stft": lambda: ops.stft(draw.input((8,)), 4, 2, 4),
    }


def of_own_inputs(draw):
    """By name: an op on inputs of its own, of values that it is defined for."""
    one = lambda sample=normal, low=1: draw.input(
        draw.shape(1, 3, low=low), sample=sample
    )  # noqa: E731
    table = named(OF_POSITIVE, lambda f: f(one(positive)))
    table |= named(OF_UNIT, lambda f: f(one(unit)))
    table |= named(TWO, lambda f: binary(draw, f, normal))
    table |= named(TWO_POSITIVE, lambda f: binary(draw, f, positive))
    table |= named(TWO_TENSORS, lambda f: binary(draw, f, normal, numbers=False))
    table |= named(INTEGERS, lambda f: f(draw.ids((3,), 9), draw.ids((3,), 4)))

    def reduce(function, axes_of):
        x = one(low=2)
        return function(x, axis=axes_of(draw, x), keepdims=draw.chance())

    table |= named(REDUCTIONS, lambda f: reduce(f, axes))
    table |= named(ONE_AXIS, lambda f: reduce(f, axis))
    table |= named(
        ("percentile", "nanquantile", "nanpercentile"),
        lambda f: quantile(draw, f),
    )
    table |= named(
        ("conv", "depthwise_conv", "separable_conv", "conv_transpose"),
        lambda f: convolution(draw, f),
    )
    table |= named(("average_pool", "max_pool"), lambda f: pooling(draw, f))
    table |= named(
        ("binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"),
        lambda f: entropy(draw, f),
    )
    table |= {
        "angle": lambda: ops.angle(one()),
        "arccosh": lambda: ops.arccosh(one(positive) + 1.0),
        "cdist": lambda: ops.cdist(draw.input((3, 2)), draw.input((2, 2))),
        "corrcoef": lambda: ops.corrcoef(draw.input((4,))),
        "dot_product_attention": lambda: attention(draw),
        "in_top_k": lambda: ops.in_top_k(draw.ids((), 4), draw.input((4,)), k=2),
        "ldexp": lambda: ops.ldexp(draw.input((3,)), draw.ids((3,), 4)),
        "multi_hot": lambda: ops.multi_hot(draw.ids((draw.whole(1, 4),), 5), 5),
        "normalize": lambda: ops.normalize(one(positive), axis=-1, order=draw.whole(1, 3)),
        "rearrange": lambda: ops.rearrange(
            draw.input((2, 3, 4), batch=draw.batch), "b h w c -> b (w h) c"
        ),
        "take_along_axis": lambda: ops.take_along_axis(
            draw.input((4, 2)), draw.ids((3, 2), 4), axis=1
        ),
    }
    return table | of_images(draw) | of_linear_algebra(draw) | of_signals(draw)


# Of all ops, in the order of the tables, which draw nothing.
NAMES = [*of_any(None, keras.KerasTensor((None, 1, 2))), *of_own_inputs(None)]


def alone(draw, name):
    """The outputs of the op of this name on inputs of its own."""
    own = of_own_inputs(draw)
    if name in own:
        return own[name]()
    while True:
        shape = draw.shape(1, 3, low=1, high=4)
        if name in of_any(draw, keras.KerasTensor((None, *shape))):
            return of_any(draw, draw.input(shape))[name]()


def anywhere(draw, x):
    """A random op that takes whatever tensor; gives a tensor or a list of them."""
    table = of_any(draw, x)
    return table[draw.one_of(*table)]()
