from families import WITHOUT, layer
from keras import layers

WITHOUT["MaxNumBoundingBoxes"] = "takes dictionaries of boxes, which no model of ours carries"
WITHOUT["RandomShear"] = "Keras cannot load what it saved"
WITHOUT["Equalization"] = "in prediction Keras gives its input back, which no graph takes"


def pixels(rng, shape):
    return rng.uniform(0, 255, shape)


def image(draw, low=3, channels=3):
    return draw.input((draw.whole(low, low + 5), draw.whole(low, low + 5), channels), sample=pixels)


@layer("Resizing")
def resizing(draw, cls):
    draw.tolerance = 1e-4
    sizes = (draw.whole(2, 7), draw.whole(2, 7))
    shape, data_format = draw.data_format(sizes, draw.whole(1, 3))
    methods = ("nearest", "bilinear", "bilinear", "bicubic", "lanczos3", "lanczos5")
    arguments = {"interpolation": draw.one_of(*methods)}
    if draw.chance(0.25):
        arguments["crop_to_aspect_ratio"] = True
    elif draw.chance(0.25):
        arguments.update(pad_to_aspect_ratio=True, fill_value=draw.real(0, 9))
    if arguments["interpolation"] != "nearest" and draw.chance(0.4):
        arguments["antialias"] = True
    target = (draw.whole(1, 8), draw.whole(1, 8))
    return cls(*target, **arguments, **data_format)(draw.input(shape, sample=pixels))


@layer("CenterCrop")
def center_crop(draw, cls):
    shape, data_format = draw.data_format((draw.whole(3, 8), draw.whole(3, 8)), draw.whole(1, 3))
    target = (draw.whole(1, 8), draw.whole(1, 8))
    draw.tolerance = 1e-4
    return cls(*target, **data_format)(draw.input(shape, sample=pixels))


@layer("RandomCrop")
def random_crop(draw, cls):
    draw.tolerance = 1e-4
    target = (draw.whole(1, 6), draw.whole(1, 6))
    return cls(*target)(image(draw))


@layer("Pipeline")
def pipeline(draw, cls):
    steps = [
        layers.Rescaling(draw.real(0.001, 0.1), draw.real(-1, 1)),
        layers.CenterCrop(draw.whole(2, 3), draw.whole(2, 3)),
    ]
    return cls(steps[: draw.whole(1, 2)])(image(draw))


# What these do in training is random; in prediction they give the image back.
@layer("RandomBrightness", "RandomContrast", "RandomColorDegeneration", "RandomSaturation")
@layer("RandomHue", "RandomPosterization", "RandomSharpness", "RandomInvert", "RandomGrayscale")
def factor(draw, cls):
    value = draw.whole(3, 6) if cls.__name__ == "RandomPosterization" else draw.real(0.1, 0.9)
    return cls(value)(image(draw))


@layer("RandomFlip", "RandomErasing", "RandomGaussianBlur", "RandomPerspective", "AugMix")
@layer("RandAugment", "RandomColorJitter", "RandomElasticTransform", "MixUp", "CutMix")
def augmentation(draw, cls):
    return cls()(image(draw))


@layer("RandomRotation", "RandomZoom")
def rotation(draw, cls):
    return cls(draw.real(0.1, 0.5))(image(draw))


@layer("RandomTranslation")
def translation(draw, cls):
    return cls(draw.real(0.1, 0.5), draw.real(0.1, 0.5))(image(draw))


@layer("Solarization")
def solarization(draw, cls):
    threshold = draw.real(0.1, 0.9)
    return cls(threshold_factor=(threshold, threshold))(image(draw))


@layer("AutoContrast")
def contrast(draw, cls):
    draw.tolerance = 1e-4
    return cls()(image(draw))


@layer("ContrastLimitedAdaptiveHistogramEqualization")
def clahe(draw, cls):
    draw.tolerance = 1e-4
    tiles = draw.whole(1, 2)
    return cls(clip_limit=draw.real(1, 4), tile_grid_size=(tiles, tiles))(image(draw, low=6))
