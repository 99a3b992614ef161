from families import layer


def broadcastable(draw, shape):
    """The shape with some axes 1."""
    return tuple(1 if draw.chance(0.2) else size for size in shape)


@layer("Add", "Average", "Maximum", "Minimum", "Multiply")
def merge(draw, cls):
    shape = draw.shape(1, 3)
    return cls()([draw.free_input(broadcastable(draw, shape)) for _ in range(draw.whole(2, 4))])


@layer("Subtract")
def subtract(draw, cls):
    shape = draw.shape(1, 3)
    return cls()([draw.free_input(broadcastable(draw, shape)) for _ in range(2)])


@layer("Concatenate")
def concatenate(draw, cls):
    shape = draw.shape(1, 3)
    axis = draw.whole(1, len(shape))
    inputs = []
    for _ in range(draw.whole(2, 4)):
        one = list(shape)
        one[axis - 1] = draw.whole(1, 4)
        inputs.append(draw.free_input(one))
    return cls(axis=draw.one_of(axis, axis - len(shape) - 1))(inputs)


@layer("Dot")
def dot(draw, cls):
    left, right = list(draw.shape(1, 2)), list(draw.shape(1, 2))
    i, j = draw.whole(1, len(left)), draw.whole(1, len(right))
    right[j - 1] = left[i - 1]
    axes = (i, j) if i != j or draw.chance() else i
    return cls(axes, normalize=draw.chance(0.4))([draw.input(left), draw.input(right)])
