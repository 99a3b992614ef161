"""The door: connect(), and what a cluster does for a Keras user."""

import collections
import json
import pathlib
import re

import numpy as np

from tricorn import arrays, blobs, keras_model
from tricorn.connection import Connection, new_request_id, resource_name
from tricorn.errors import TricornError
from tricorn.files import Files
from tricorn.job import Job
from tricorn.history import History, keras_order
from tricorn.progress import ProgressBar
from tricorn.v1 import cluster_pb2, dataset_pb2, job_pb2, job_spec_pb2, predict_pb2

_REQUESTS_IN_FLIGHT = 8
_PREDICT_TIMEOUT_S = 120  # loading the model included


def connect(address="127.0.0.1:7470", *, timeout=10.0, credentials=None):
    """A Cluster at `address` (host:port).

    timeout: seconds that the coordinator has for an answer to a call.
    credentials: grpc.ssl_channel_credentials(...) for TLS.
    Raises TricornError if nobody answers.
    """
    if not isinstance(address, str) or not re.fullmatch(r"unix:.+|[^/\s]+:\d{1,5}", address):
        raise ValueError(f"address: expected 'host:port', received {address!r}")
    connection = Connection(address, timeout, credentials)
    try:
        connection.call(connection.cluster.GetServerInfo, cluster_pb2.GetServerInfoRequest())
    except TricornError as error:
        connection.close()
        raise TricornError(
            f"coordinator {address}: expected an answer within {timeout:g} s, received: {error}",
            error.code,
        ) from None
    return Cluster(connection)


class Cluster:
    """A coordinator and its workers. Use it with `with`, or call close()."""

    def __init__(self, connection):
        self._connection = connection

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._connection.close()

    def fit(
        self,
        model,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
        *,
        workers=1,
        threads=0,
        virtual_shards=0,
        seed=None,
        remat="",
        shard_optimizer_state=False,
        name=None,
        job_id="",
        wait=True,
    ):
        """Trains a compiled Keras model on the cluster, as `model.fit` does here.

        The trained weights and the optimizer's variables are set into `model`. Of `callbacks`, Keras's
        EarlyStopping, ReduceLROnPlateau, LearningRateScheduler with a schedule, and {"class_name":
        ..., "config": {...}} of the operator's own run with the job; others are objects with any of
        on_train_begin(logs), on_epoch_end(epoch, logs), on_train_end(logs), told here.
        Beyond Keras: x and validation_data may be files, such as tricorn.image_folder("pets"); `workers` share each batch; `name` is the model that the result becomes a
        version of; `seed` is that of shuffling and random layers; `remat` says what steps compute again rather than
        keep in memory: "auto", or a mode of Keras's RematScope; with `shard_optimizer_state` each worker keeps the
        optimizer's slots for a part of the weights only, for the same result. With wait=False it returns the Job
        at once and leaves `model` alone.

        Returns a History. Raises JobFailed or JobCancelled; Ctrl-C cancels the job.
        """
        keras_model.require_compiled(model, "fit")
        spec = self._job_spec(model, x, workers, threads, virtual_shards)
        fit = spec.fit
        fit.data.dataset.CopyFrom(self._dataset(model, x, y, sample_weight))
        fit.batch_size = batch_size or 0
        fit.epochs = epochs
        fit.initial_epoch = initial_epoch
        fit.shuffle = bool(shuffle)
        if seed is not None:
            fit.seed = seed
        for index, weight in (class_weight or {}).items():
            fit.class_weight[index] = weight
        fit.steps_per_epoch = steps_per_epoch or 0
        fit.validation_split = validation_split
        if validation_data is not None:
            if isinstance(validation_data, Files):
                validation_data = [validation_data]
            if not isinstance(validation_data, (list, tuple)) or not 1 <= len(validation_data) <= 3:
                raise ValueError(
                    "validation_data: expected (x, y), (x, y, sample_weight) or files, received "
                    f"{arrays.describe(validation_data)}"
                )
            fit.validation_data.dataset.CopyFrom(self._dataset(model, *validation_data))
        fit.validation_batch_size = validation_batch_size or 0
        fit.validation_steps = validation_steps or 0
        fit.validation_freq = validation_freq
        fit.remat = remat
        fit.shard_optimizer_state = bool(shard_optimizer_state)
        told = []
        for callback in _as_list(callbacks):
            of_job = keras_model.job_callback(callback)
            if of_job is None:
                told.append(callback)
            else:
                fit.callbacks_json.append(json.dumps(of_job))
        if name:
            spec.output_model = resource_name("models", name)
        job = self._submit(spec, job_id)
        if not wait:
            return job

        params = {"epochs": epochs, "verbose": verbose, "steps": steps_per_epoch}
        history = History(model, params)
        progress = ProgressBar(verbose)

        def on_event(event):
            progress.show(event)
            if event.WhichOneof("event") == "epoch_logs":
                _tell(told, "on_epoch_end", event.epoch_logs.epoch, dict(event.epoch_logs.logs))

        _tell(told, "on_train_begin", {})
        done = self._wait(job, on_event)
        # A restart tells an epoch again; the job's own history has each once.
        for epoch in done.history:
            history.add(epoch.epoch, dict(epoch.logs))
        keras_model.set_state(model, job.trained_model())
        _tell(told, "on_train_end", dict(done.result.metrics))
        return history

    def evaluate(
        self,
        model,
        x=None,
        y=None,
        batch_size=None,
        sample_weight=None,
        steps=None,
        *,
        workers=1,
        wait=True,
    ):
        """Loss and metrics by name, as `model.evaluate(..., return_dict=True)`.

        model: a compiled Keras model, or the name of a stored one.
        """
        if not isinstance(model, str):
            keras_model.require_compiled(model, "evaluate")
        spec = self._job_spec(model, x, workers)
        spec.evaluate.data.dataset.CopyFrom(self._dataset(model, x, y, sample_weight))
        spec.evaluate.batch_size = batch_size or 0
        spec.evaluate.steps = steps or 0
        job = self._submit(spec)
        return keras_order(self._wait(job).result.metrics) if wait else job

    def predict(self, name, x, batch_size=32):
        """Predictions of a stored model ("my-model", a version of one, "deployments/...") for x.

        x: an array, or a dict of them by input name. Returns an array, or a dict by output name.
        """
        if not isinstance(name, str):
            raise TypeError(
                "name: expected that of a stored model, as fit(..., name=...) made it, received "
                f"{arrays.describe(name)}"
            )
        if batch_size < 1:
            raise ValueError(f"batch_size: expected at least 1, received {batch_size}")
        target = name if name.startswith("deployments/") else resource_name("models", name)
        inputs = {column.partition("/")[2]: array for column, array in arrays.named(x, "x").items()}
        rows = {arrays.count_rows(column, array) for column, array in inputs.items()}
        if len(rows) != 1 or 0 in rows:
            raise ValueError(f"x: expected as many rows, at least one, in each, received {rows}")
        parts = []
        in_flight = collections.deque()
        for begin in range(0, rows.pop(), batch_size):
            request = predict_pb2.PredictRequest(target=target)
            for input_name, array in inputs.items():
                batch = array[begin : begin + batch_size]
                request.inputs.append(arrays.to_wire(batch, input_name))
            in_flight.append(self._connection.start(self._connection.predict.Predict, request))
            if len(in_flight) == _REQUESTS_IN_FLIGHT:
                parts.append(in_flight.popleft()(_PREDICT_TIMEOUT_S))
        parts += [finish(_PREDICT_TIMEOUT_S) for finish in in_flight]
        outputs = [
            (output.name, np.concatenate([arrays.from_wire(p.outputs[i].tensor) for p in parts]))
            for i, output in enumerate(parts[0].outputs)
        ]
        return outputs[0][1] if len(outputs) == 1 else dict(outputs)

    def job(self, name):
        """The handle of a job that was submitted before."""
        return Job(self._connection, name)

    def jobs(self):
        """Handles of all jobs, newest first."""
        handles, request = [], job_pb2.ListJobsRequest()
        while True:
            page = self._connection.call(self._connection.jobs.ListJobs, request)
            handles += [Job(self._connection, job.name) for job in page.jobs]
            if not page.next_page_token:
                return handles
            request.page_token = page.next_page_token

    def _job_spec(self, model, x, workers, threads=0, virtual_shards=0):
        spec = job_spec_pb2.JobSpec(virtual_shards=virtual_shards)
        spec.resources.min_workers = spec.resources.max_workers = workers
        spec.resources.threads_per_worker = threads
        if not isinstance(model, str):
            spec.model.blob = blobs.upload(self._connection, keras_model.archive(model, x))
        elif pathlib.Path(model).is_file():
            spec.model.blob = blobs.upload(self._connection, pathlib.Path(model).read_bytes())
        else:
            version = resource_name("models", model)
            spec.model.version = (
                version if "/versions/" in version else f"{version}/versions/latest"
            )
        return spec

    def _dataset(self, model, x, y=None, sample_weight=None):
        if isinstance(x, Files):
            if y is not None or sample_weight is not None:
                raise ValueError("y, sample_weight: expected none, for the files have them")
            return x.upload(self._connection)
        is_keras = not isinstance(model, str)
        columns = {
            **arrays.named(x, "x", keras_model.input_names(model) if is_keras else None),
            **arrays.named(y, "y", keras_model.output_names(model) if is_keras else None),
            **arrays.named(sample_weight, "sample_weight"),
        }
        blob = blobs.upload(self._connection, arrays.npz(columns))
        return dataset_pb2.Dataset(
            format=dataset_pb2.DATASET_FORMAT_NPZ,
            files=[dataset_pb2.DatasetFile(path="data.npz", blob=blob)],
        )

    def _submit(self, spec, job_id=""):
        request = job_pb2.CreateJobRequest(job_id=job_id, spec=spec, request_id=new_request_id())
        job = self._connection.call(self._connection.jobs.CreateJob, request)
        return Job(self._connection, job.name)

    def _wait(self, job, on_event=None):
        try:
            return job.wait(on_event)
        except KeyboardInterrupt:
            job.cancel()
            raise


def _as_list(callbacks):
    if callbacks is None:
        return []
    return list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks]


def _tell(callbacks, method, *arguments):
    for callback in callbacks:
        getattr(callback, method, lambda *_: None)(*arguments)
