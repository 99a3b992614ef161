from families import WITHOUT, layer

for name in (
    "Hashing",
    "HashedCrossing",
    "IntegerLookup",
    "StringLookup",
    "TextVectorization",
):
    WITHOUT[name] = "Keras computes it with TensorFlow only"
for name in ("MelSpectrogram", "STFTSpectrogram"):
    WITHOUT[name] = "audio"


@layer("Rescaling")
def rescaling(draw, cls):
    shape = draw.shape(1, 3)
    scale, offset = draw.real(-2, 2), draw.real(-2, 2)
    if draw.chance(0.3):
        scale = [draw.real(-2, 2) for _ in range(shape[-1])]
    dtype = draw.one_of("float32", "float32", "uint8", "int32")
    sample = lambda rng, shape: rng.normal(scale=20, size=shape)  # noqa: E731
    if dtype == "uint8":
        sample = lambda rng, shape: rng.integers(0, 256, shape)  # noqa: E731
    return cls(scale, offset)(draw.input(shape, dtype, sample))


@layer("Normalization")
def normalization(draw, cls):
    shape = draw.shape(1, 3)
    axis = draw.one_of(-1, draw.whole(1, len(shape)), None)
    count = 1 if axis is None else shape[axis - 1 if axis > 0 else axis]
    mean = [draw.real(-1, 1) for _ in range(count)]
    variance = [draw.real(0.2, 2) for _ in range(count)]
    if axis is None:
        mean, variance = mean[0], variance[0]
    normalize = cls(axis=axis, mean=mean, variance=variance, invert=draw.chance(0.3))
    if draw.chance():
        normalize = cls(axis=axis, invert=draw.chance(0.3))
        normalize.adapt(draw.rng.normal(2, 3, (6, *shape)).astype("float32"))
    return normalize(draw.input(shape))


@layer("CategoryEncoding")
def category_encoding(draw, cls):
    count = draw.whole(2, 6)
    mode = draw.one_of("one_hot", "multi_hot", "count")
    shape = draw.one_of((1,), (draw.whole(1, 4),)) if mode != "one_hot" else (1,)
    ids = draw.ids(shape, count)
    if mode == "count" and draw.chance():
        return cls(count, output_mode=mode)(ids, count_weights=draw.input(shape))
    return cls(count, output_mode=mode)(ids)


@layer("Discretization")
def discretization(draw, cls):
    boundaries = sorted(draw.real(-1.5, 1.5) for _ in range(draw.whole(1, 5)))
    mode = draw.one_of("int", "int", "one_hot", "multi_hot", "count")
    shape = (1,) if mode == "one_hot" else (draw.whole(1, 5),)
    return cls(boundaries, output_mode=mode)(draw.input(shape))
