from families import layer


def boolean(rng, shape):
    """A mask that lets each query see something."""
    mask = rng.random(shape) < 0.7
    mask[..., 0] = True
    return mask


@layer("Attention", "AdditiveAttention")
def attention(draw, cls):
    queries, keys, features = draw.whole(1, 4), draw.whole(1, 5), draw.whole(1, 4)
    inputs = [draw.input((queries, features)), draw.input((keys, features))]
    if draw.chance(0.4):
        inputs[1] = draw.input((keys, draw.whole(1, 4)))
        inputs.append(draw.input((keys, features)))
    arguments = {"use_scale": draw.chance()}
    if draw.chance(0.1):  # only prediction is compared then
        arguments["dropout"] = draw.real(0, 0.5)
    if cls.__name__ == "Attention":
        arguments["score_mode"] = draw.one_of("dot", "concat")
    call = {}
    if draw.chance(0.3):
        masks = [draw.input((queries,), "bool", boolean), draw.input((keys,), "bool", boolean)]
        call["mask"] = masks
    if draw.chance(0.3):
        call["use_causal_mask"] = True
    if draw.chance(0.3):
        call["return_attention_scores"] = True
    return cls(**arguments)(inputs, **call)


@layer("MultiHeadAttention")
def multi_head_attention(draw, cls):
    draw.tolerance = 5e-5
    queries, keys, features = draw.whole(1, 4), draw.whole(1, 5), draw.whole(1, 5)
    key_dim = draw.whole(1, 4)
    arguments = dict(num_heads=draw.whole(1, 3), key_dim=key_dim, use_bias=draw.chance(0.8))
    if draw.chance(0.2):
        arguments["output_shape"] = draw.one_of(draw.whole(1, 5), (2, 3))
    if draw.chance(0.2):
        arguments["use_gate"] = True
    if draw.chance(0.2):
        arguments["sliding_window"] = draw.whole(1, 3)
        keys = max(keys, queries)
    if draw.chance(0.2):
        arguments["value_dim"] = draw.whole(1, 4)
    if draw.chance(0.1):  # only prediction is compared then
        arguments["dropout"] = draw.real(0, 0.5)
    arguments |= draw.weights("kernel", "bias", probability=0.1)
    arguments |= draw.activity_regularizer(0.1)
    if draw.chance(0.1):
        return over_axes(draw, cls, arguments)
    masked = "sliding_window" not in arguments and draw.chance(0.25)
    new = draw.masked if masked else lambda steps, size: draw.input((steps, size))
    query = new(queries, features)
    if masked:  # masked queries see nothing either
        draw.query_axes = (1, 2)
    call = {}
    if draw.chance(0.3):
        value = query
        keys = queries
    else:
        value = new(keys, features)
        if draw.chance(0.3):
            call["key"] = draw.input((keys, draw.whole(1, 5)))
    # A window and a mask may leave a query nothing to see, where JAX gives other gradients than torch,
    # which the conformance data are from.
    if "sliding_window" not in arguments and draw.chance(0.3):
        call["attention_mask"] = draw.input((queries, keys), "bool", boolean)
    if draw.chance(0.3):
        call["use_causal_mask"] = True
    if draw.chance(0.2):
        call["return_attention_scores"] = True
    return cls(**arguments)(query, value, **call)


def over_axes(draw, cls, arguments):
    """Attention over some of the axes between the batch and the features."""
    arguments.pop("sliding_window", None)
    arguments.pop("use_gate", None)
    axes = draw.one_of((1,), (2,), (1, 2))
    shape = (draw.whole(1, 3), draw.whole(1, 3), draw.whole(1, 4))
    query, value = draw.input(shape), draw.input(shape)
    return cls(attention_axes=axes, **arguments)(query, value)


@layer("GroupQueryAttention")
def group_query_attention(draw, cls):
    draw.tolerance = 5e-5
    queries, keys, features = draw.whole(1, 4), draw.whole(1, 5), draw.whole(1, 5)
    groups = draw.whole(1, 2)
    arguments = dict(
        head_dim=draw.whole(1, 4),
        num_query_heads=groups * draw.whole(1, 3),
        num_key_value_heads=groups,
        use_bias=draw.chance(0.8),
    )
    if draw.chance(0.2):
        arguments["use_gate"] = True
    if draw.chance(0.2):
        arguments["sliding_window"] = draw.whole(1, 3)
        keys = max(keys, queries)
    if draw.chance(0.1):  # only prediction is compared then
        arguments["dropout"] = draw.real(0, 0.5)
    arguments |= draw.weights("kernel", "bias", probability=0.1)
    arguments |= draw.activity_regularizer(0.1)
    call = {}
    query, value = draw.input((queries, features)), draw.input((keys, features))
    # A window and a mask may leave a query nothing to see, where JAX gives other gradients than torch,
    # which the conformance data are from.
    if "sliding_window" not in arguments and draw.chance(0.3):
        call["attention_mask"] = draw.input((queries, keys), "bool", boolean)
    if draw.chance(0.3):
        call["use_causal_mask"] = True
    if draw.chance(0.2):
        call["return_attention_scores"] = True
    return cls(**arguments)(query, value, **call)
