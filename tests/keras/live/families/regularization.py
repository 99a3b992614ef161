from families import layer

# Random in training: only prediction is compared. The engine's own tests judge the distributions.


@layer("Dropout")
def dropout(draw, cls):
    shape = draw.shape(1, 3)
    noise_shape = None
    if draw.chance(0.3):
        noise_shape = (None, *(draw.one_of(1, size) for size in shape))
    return cls(draw.real(0, 0.8), noise_shape=noise_shape, seed=3)(draw.input(shape))


@layer("AlphaDropout", "GaussianDropout")
def alpha_dropout(draw, cls):
    return cls(draw.real(0, 0.8))(draw.free_input(draw.shape(1, 3)))


@layer("GaussianNoise")
def gaussian_noise(draw, cls):
    return cls(draw.real(0, 0.8))(draw.free_input(draw.shape(1, 3)))


@layer("SpatialDropout1D", rank=1)
@layer("SpatialDropout2D", rank=2)
@layer("SpatialDropout3D", rank=3)
def spatial_dropout(draw, cls, rank):
    return cls(draw.real(0, 0.8))(draw.input(draw.shape(rank + 1, rank + 1)))


@layer("ActivityRegularization")
def activity_regularization(draw, cls):
    return cls(l1=draw.real(0, 0.5), l2=draw.real(0, 0.5))(draw.free_input(draw.shape(1, 3)))
