from families import layer


def extent(kernel, dilation):
    return (kernel - 1) * dilation + 1


def as_tuple(value, count):
    return (value,) * count if isinstance(value, int) else value


def window(draw, dims, paddings, room=4, equal=False):
    """kernel_size, strides, dilation_rate and padding, with input sizes that they fit."""
    kernel = draw.wholes(dims, 1, 3)
    strides = dilation = 1
    factors = draw.whole(1, 3) if equal else draw.wholes(dims, 1, 3)
    choice = draw.one_of("plain", "strided", "dilated")
    if choice == "strided":
        strides = factors
    elif choice == "dilated":
        dilation = factors
    sizes = tuple(
        extent(k, d) + draw.whole(0, room)
        for k, d in zip(as_tuple(kernel, dims), as_tuple(dilation, dims))
    )
    padding = draw.one_of(*paddings)
    arguments = dict(kernel_size=kernel, strides=strides, dilation_rate=dilation, padding=padding)
    return sizes, arguments


def rank(cls):
    return next(n for n in (1, 2, 3) if f"{n}D" in cls.__name__)


@layer("Conv1D", "Conv2D", "Conv3D")
def conv(draw, cls):
    dims = rank(cls)
    paddings = ["valid", "same"] + (["causal"] if dims == 1 else [])
    sizes, arguments = window(draw, dims, paddings, room=2 if dims == 3 else 4)
    groups = draw.one_of(1, 1, 2, 3)
    shape, data_format = draw.data_format(sizes, groups * draw.whole(1, 3))
    if arguments["padding"] == "causal":
        shape, data_format = (*sizes, groups * draw.whole(1, 3)), {}
    return cls(
        groups * draw.whole(1, 3),
        groups=groups,
        use_bias=draw.chance(0.8),
        activation=draw.activation(0.4),
        **arguments,
        **data_format,
        **draw.weights("kernel", "bias"),
        **draw.activity_regularizer(),
    )(draw.image(shape, data_format))


@layer("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")
def conv_transpose(draw, cls):
    dims = rank(cls)
    sizes, arguments = window(draw, dims, ["valid", "same"], room=2)
    sizes = tuple(min(size, 5) for size in sizes)
    shape, data_format = draw.data_format(sizes, draw.whole(1, 3))
    strides = as_tuple(arguments["strides"], dims)
    if min(strides) > 1 and draw.chance(0.4):
        arguments["output_padding"] = tuple(draw.whole(0, s - 1) for s in strides)
    return cls(
        draw.whole(1, 3),
        use_bias=draw.chance(0.8),
        activation=draw.activation(0.4),
        **arguments,
        **data_format,
        **draw.weights("kernel", "bias"),
        **draw.activity_regularizer(),
    )(draw.image(shape, data_format))


@layer("DepthwiseConv1D", "DepthwiseConv2D")
def depthwise_conv(draw, cls):
    # Strides and dilations of a depthwise kernel are equal along all axes.
    sizes, arguments = window(draw, rank(cls), ["valid", "same"], equal=True)
    shape, data_format = draw.data_format(sizes, draw.whole(1, 4))
    return cls(
        depth_multiplier=draw.whole(1, 3),
        use_bias=draw.chance(0.8),
        activation=draw.activation(0.4),
        **arguments,
        **data_format,
        **draw.weights("depthwise", "bias"),
        **draw.activity_regularizer(),
    )(draw.image(shape, data_format))


@layer("SeparableConv1D", "SeparableConv2D")
def separable_conv(draw, cls):
    paddings = ["valid", "same"] + (["causal"] if rank(cls) == 1 else [])
    sizes, arguments = window(draw, rank(cls), paddings, equal=True)
    shape, data_format = draw.data_format(sizes, draw.whole(1, 4))
    if arguments["padding"] == "causal":
        shape, data_format = (*sizes, draw.whole(1, 4)), {}
    return cls(
        draw.whole(1, 4),
        depth_multiplier=draw.whole(1, 2),
        use_bias=draw.chance(0.8),
        activation=draw.activation(0.4),
        **arguments,
        **data_format,
        **draw.weights("depthwise", "pointwise", "bias"),
        **draw.activity_regularizer(),
    )(draw.image(shape, data_format))
