from families import layer
from families.convolutional import as_tuple, rank


@layer("MaxPooling1D", "MaxPooling2D", "MaxPooling3D")
@layer("AveragePooling1D", "AveragePooling2D", "AveragePooling3D")
def pooling(draw, cls):
    dims = rank(cls)
    # With one integer for all axes Keras needs it in strides too; in 1D both are integers.
    pool_size = draw.whole(1, 3) if dims == 1 else draw.wholes(dims, 1, 3)
    strides = None
    if draw.chance(0.6):
        strides = draw.whole(1, 3) if dims == 1 else draw.wholes(dims, 1, 3)
    sizes = tuple(size + draw.whole(0, 3) for size in as_tuple(pool_size, dims))
    shape, data_format = draw.data_format(sizes, draw.whole(1, 3))
    padding = draw.one_of("valid", "same")
    return cls(pool_size, strides, padding=padding, **data_format)(draw.image(shape, data_format))


@layer("GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D")
@layer("GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D")
def global_pooling(draw, cls):
    if cls.__name__ == "GlobalAveragePooling1D" and draw.chance(0.3):
        return cls(keepdims=draw.chance())(draw.masked(draw.whole(2, 5), draw.whole(1, 4)))
    sizes = tuple(draw.whole(1, 5) for _ in range(rank(cls)))
    shape, data_format = draw.data_format(sizes, draw.whole(1, 3))
    return cls(keepdims=draw.chance(), **data_format)(draw.image(shape, data_format))


@layer("AdaptiveMaxPooling1D", "AdaptiveMaxPooling2D", "AdaptiveMaxPooling3D")
@layer("AdaptiveAveragePooling1D", "AdaptiveAveragePooling2D", "AdaptiveAveragePooling3D")
def adaptive_pooling(draw, cls):
    dims = rank(cls)
    output_size = draw.whole(1, 3) if dims == 1 else draw.wholes(dims, 1, 3)
    sizes = tuple(size + draw.whole(0, 4) for size in as_tuple(output_size, dims))
    shape, data_format = draw.data_format(sizes, draw.whole(1, 3))
    return cls(output_size, **data_format)(draw.input(shape))
