from families import WITHOUT, layer
import keras

WITHOUT["InputLayer"] = "part of every model"
WITHOUT["Sequential"] = WITHOUT["Functional"] = WITHOUT["Model"] = "made by graphs.py"
WITHOUT["Lambda"] = "refused: it carries Python bytecode"


@layer("Dense")
def dense(draw, cls):
    return cls(
        draw.whole(1, 6),
        activation=draw.activation(),
        use_bias=draw.chance(0.8),
        **draw.weights("kernel", "bias"),
        **draw.activity_regularizer(),
    )(draw.free_input(draw.shape(1, 3)))


@layer("EinsumDense")
def einsum_dense(draw, cls):
    a, b, c, d, e = (draw.whole(1, 4) for _ in range(5))
    equation, output_shape, bias_axes, shape = draw.one_of(
        ("ab,bc->ac", (c,), "c", (b,)),
        ("abc,cd->abd", (None, d), "d", (b, c)),
        ("abc,cde->abde", (None, d, e), draw.one_of("de", "e", "d"), (b, c)),
        ("abcd,cde->abe", (None, e), "e", (b, c, d)),
        ("abc,bcd->ad", (d,), None, (b, c)),
        ("...x,xy->...y", (d,), "y", (b, c)),
        ("ab...,bc->ac...", (c,), "c", (b, d)),
        ("abc,cd->adb", (d, b), "d", (b, c)),
        ("abc,bd->acd", (c, d), None, (b, c)),
    )
    return cls(
        equation,
        output_shape,
        bias_axes=bias_axes if draw.chance(0.8) else None,
        activation=draw.activation(),
        **draw.weights("kernel", "bias"),
        **draw.activity_regularizer(),
    )(draw.input(shape))


@layer("Embedding")
def embedding(draw, cls):
    count = draw.whole(2, 9)
    table = cls(
        count,
        draw.whole(1, 5),
        mask_zero=draw.chance(0.4),
        **draw.weights("embeddings"),
    )
    return table(draw.ids(draw.shape(1, 2), count, draw.one_of("int32", "uint8", "float32")))


@layer("ReversibleEmbedding")
def reversible_embedding(draw, cls):
    count = draw.whole(2, 9)
    table = cls(
        count,
        draw.whole(1, 5),
        tie_weights=draw.chance(),
        mask_zero=draw.chance(0.3),
        **({"logit_soft_cap": draw.real(1, 5)} if draw.chance(0.4) else {}),
        **draw.weights("embeddings"),
    )
    return table(table(draw.ids((draw.whole(1, 5),), count)), reverse=True)


@layer("Masking")
def masking(draw, cls):
    value = draw.one_of(0.0, -1.0, 2.0)

    def sample(rng, shape):
        values = rng.normal(size=shape)
        values[rng.random(shape[:2]) < 0.4] = value
        return values

    masked = cls(value)(draw.input((draw.whole(1, 5), draw.whole(1, 3)), sample=sample))
    return keras.layers.GlobalAveragePooling1D()(masked) if draw.chance() else masked


@layer("Identity")
def identity(draw, cls):
    return cls()(draw.input(draw.shape(1, 3)))


@layer("TernaryDense")
def ternary_dense(draw, cls):
    return cls(
        draw.whole(1, 6),
        threshold=draw.maybe(0.5, lambda: draw.real(0.1, 0.6)),
        activation=draw.activation(),
        use_bias=draw.chance(0.8),
    )(draw.input(draw.shape(1, 3)))
