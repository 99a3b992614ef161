"""Datasets that stay the files that they are: what `fit` takes in place of arrays."""

import json
import pathlib

from tricorn import blobs
from tricorn.v1 import dataset_pb2

_IMAGES = (".jpeg", ".jpg", ".png")


class Files:
    """Files of one format, and the reader's options. Made by the functions below."""

    def __init__(self, format, files, options):
        if not files:
            raise ValueError("files: expected at least one, received none")
        self.format = format
        self.files = files  # by the name that they have in the service
        self.options = options

    def upload(self, connection):
        """Stores them; gives the dataset that a job reads."""
        return dataset_pb2.Dataset(
            format=self.format,
            options_json=json.dumps(self.options) if self.options else "",
            files=[
                dataset_pb2.DatasetFile(path=name, blob=blobs.upload(connection, path.read_bytes()))
                for name, path in self.files.items()
            ],
        )


def image_folder(directory, **options):
    """PNG and JPEG files in a folder for each class, as keras.utils.image_dataset_from_directory reads
    them.

    options: image_size=[256, 256], color_mode="rgb", label_mode="int", class_names=[...],
    crop_to_aspect_ratio=False.
    """
    root = pathlib.Path(directory)
    images = sorted(p for p in root.glob("*/*") if p.suffix.lower() in _IMAGES)
    files = {f"{image.parent.name}/{image.name}": image for image in images}
    return Files(dataset_pb2.DATASET_FORMAT_IMAGE_FOLDER, files, options)


def tfrecord(*paths, **options):
    """TFRecord files of tf.train.Example.

    options: columns=[{"name": "x", "feature": "image", "shape": [28, 28], "dtype": "uint8"}, ...];
    without it, features called "x", "y" and "sample_weight".
    """
    return Files(dataset_pb2.DATASET_FORMAT_TFRECORD, _named(paths), options)


def csv(*paths, **options):
    """CSV files of the same columns. options: header=True, x=[...], y=[...], sample_weight=..."""
    return Files(dataset_pb2.DATASET_FORMAT_CSV, _named(paths), options)


def _named(paths):
    return {f"{i}/{pathlib.Path(p).name}": pathlib.Path(p) for i, p in enumerate(paths)}
