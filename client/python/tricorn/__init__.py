"""Client of a Tricorn cluster: trains, evaluates and serves Keras 3 models.

history = tricorn.connect("127.0.0.1:7470").fit(model, x, y, epochs=3, batch_size=128)
"""

from tricorn.cluster import Cluster, connect
from tricorn.errors import JobCancelled, JobFailed, TricornError
from tricorn.files import Files, csv, image_folder, tfrecord
from tricorn.history import History
from tricorn.job import Job

__version__ = "0.1.0"
__all__ = [
    "Cluster",
    "Files",
    "History",
    "Job",
    "JobCancelled",
    "JobFailed",
    "TricornError",
    "connect",
    "csv",
    "image_folder",
    "tfrecord",
]
