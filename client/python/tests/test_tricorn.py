"""The package against a coordinator that trains nothing. Run: python -m unittest discover tests"""

import io
import json
import pathlib
import tempfile
import time
import unittest
import unittest.mock

import numpy as np
from fake_coordinator import FakeCoordinator

import tricorn
from tricorn import arrays, blobs
from tricorn.progress import ProgressBar
from tricorn.v1 import dataset_pb2, job_pb2


class FakeModel:
    """What the package needs of a Keras model."""

    compiled = True
    built = True
    optimizer = None
    inputs = []
    output_names = []

    def save(self, path):
        path.write_bytes(b"PK\3\4 an archive")


def epoch(number, **logs):
    return job_pb2.JobEvent(epoch_logs=job_pb2.EpochLogs(epoch=number, logs=logs))


class WithCoordinator(unittest.TestCase):
    def setUp(self):
        self.fake = FakeCoordinator()
        self.addCleanup(self.fake.stop)
        self.cluster = tricorn.connect(self.fake.address, timeout=5)
        self.addCleanup(self.cluster.close)
        self.connection = self.cluster._connection


class ConnectTest(unittest.TestCase):
    def test_says_who_did_not_answer(self):
        began = time.monotonic()
        with self.assertRaisesRegex(
            tricorn.TricornError, "coordinator 127.0.0.1:1: expected an answer within 0.5 s"
        ) as raised:
            tricorn.connect("127.0.0.1:1", timeout=0.5)
        self.assertEqual(raised.exception.code, "UNAVAILABLE")
        self.assertLess(time.monotonic() - began, 5)

    def test_says_what_an_address_is(self):
        for address in ("", "127.0.0.1", ":1", "http://host:1", "a b:1", 7470, None):
            with self.assertRaisesRegex(ValueError, "address: expected 'host:port'"):
                tricorn.connect(address)


class BlobsTest(WithCoordinator):
    data = bytes(range(256)) * 8000  # several chunks

    def test_upload_goes_on_where_it_broke(self):
        self.fake.blobs.break_after = 600_000
        self.fake.blobs.breaks = 1
        name = blobs.upload(self.connection, self.data)
        self.assertEqual(self.fake.blobs.complete[name], self.data)
        self.assertEqual(self.fake.blobs.bytes_written, len(self.data))

    def test_upload_is_announced_again_when_it_was_forgotten(self):
        self.fake.blobs.forgets = 1
        name = blobs.upload(self.connection, self.data)
        self.assertEqual(self.fake.blobs.complete[name], self.data)

    def test_upload_of_no_bytes(self):
        name = blobs.upload(self.connection, b"")
        self.assertEqual(self.fake.blobs.complete[name], b"")

    def test_what_is_stored_is_not_sent(self):
        self.fake.blobs.put(self.data)
        blobs.upload(self.connection, self.data)
        self.assertEqual(self.fake.blobs.bytes_written, 0)

    def test_download_goes_on_where_it_broke(self):
        name = self.fake.blobs.put(self.data)
        self.fake.blobs.break_after = 5000
        self.fake.blobs.breaks = 2
        self.assertEqual(blobs.download(self.connection, name), self.data)

    def test_download_verifies(self):
        name = self.fake.blobs.put(self.data)
        self.fake.blobs.complete[name] = b"other"
        with self.assertRaisesRegex(tricorn.TricornError, "expected content of this SHA-256"):
            blobs.download(self.connection, name)


class JobTest(WithCoordinator):
    def test_watch_resumes_by_cursor(self):
        self.fake.jobs.events = [epoch(0, loss=3), epoch(1, loss=2), epoch(2, loss=1)]
        seen = [event.epoch_logs.epoch for event in self.cluster.job("a").watch()]
        self.assertEqual(seen, [0, 1, 2])
        self.assertEqual(self.fake.jobs.cursors, ["", "1", "2"])

    def test_a_quiet_watch_is_not_an_absent_coordinator(self):
        self.fake.jobs.events = [epoch(0, loss=3)]
        self.fake.jobs.quiet_s = 0.5
        self.connection.patience = 0.2
        with unittest.mock.patch.object(tricorn.job, "_LONGEST_CONNECT_S", 0.1):
            self.assertEqual(len(list(self.cluster.job("a").watch())), 1)

    def test_wait_raises_what_the_job_failed_with(self):
        self.fake.jobs.job.state = job_pb2.JOB_STATE_FAILED
        self.fake.jobs.job.failure.code = 3
        self.fake.jobs.job.failure.message = "labels: expected [0, 10), received 12"
        with self.assertRaisesRegex(tricorn.JobFailed, "jobs/a: labels: expected") as raised:
            self.cluster.job("a").wait()
        self.assertEqual(raised.exception.code, "INVALID_ARGUMENT")

    def test_wait_raises_for_a_cancelled_job(self):
        self.fake.jobs.job.state = job_pb2.JOB_STATE_CANCELLED
        with self.assertRaises(tricorn.JobCancelled):
            self.cluster.job("a").wait()

    def test_unknown_job(self):
        with self.assertRaisesRegex(tricorn.TricornError, "jobs/b: no such job") as raised:
            self.cluster.job("b").state
        self.assertEqual(raised.exception.code, "NOT_FOUND")


class FitTest(WithCoordinator):
    x = np.zeros((6, 4), np.uint8)
    y = np.arange(6)

    def test_sends_keras_arguments_and_arrays_in_their_types(self):
        job = self.cluster.fit(
            FakeModel(),
            self.x,
            self.y,
            batch_size=2,
            epochs=5,
            shuffle=False,
            class_weight={1: 0.5},
            validation_data=(self.x, self.y),
            workers=2,
            name="mine",
            wait=False,
        )
        self.assertEqual(job.name, "jobs/a")
        (request,) = self.fake.jobs.requests
        fit = request.spec.fit
        self.assertEqual((fit.batch_size, fit.epochs, fit.shuffle), (2, 5, False))
        self.assertEqual(dict(fit.class_weight), {1: 0.5})
        self.assertEqual(request.spec.output_model, "models/mine")
        self.assertEqual(request.spec.resources.min_workers, 2)
        self.assertTrue(request.request_id)
        self.assertEqual(self.fake.blobs.complete[request.spec.model.blob], b"PK\3\4 an archive")
        dataset = fit.validation_data.dataset
        self.assertEqual(dataset.format, dataset_pb2.DATASET_FORMAT_NPZ)
        stored = np.load(io.BytesIO(self.fake.blobs.complete[dataset.files[0].blob]))
        self.assertEqual(stored["x"].dtype, np.uint8)
        np.testing.assert_array_equal(stored["y"], self.y)

    def test_sends_callbacks_that_run_with_the_job_and_keeps_others(self):
        early = type("EarlyStopping", (), {"__module__": "keras.src.callbacks.early_stopping"})()
        early.__dict__.update(
            monitor="loss",
            min_delta=-0.5,
            patience=2,
            mode="auto",
            baseline=None,
            restore_best_weights=True,
            start_from_epoch=0,
        )
        own = {"class_name": "mine>Stop", "config": {"after": 3}}
        self.cluster.fit(FakeModel(), self.x, self.y, callbacks=[early, own, object()], wait=False)
        (request,) = self.fake.jobs.requests
        first, second = [json.loads(text) for text in request.spec.fit.callbacks_json]
        self.assertEqual(first["class_name"], "EarlyStopping")
        self.assertEqual(first["config"]["min_delta"], 0.5)
        self.assertEqual(first["config"]["restore_best_weights"], True)
        self.assertEqual(second, own)

    def test_sends_a_folder_of_images_as_it_is(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("cat/1.png", "dog/1.PNG", "dog/notes.txt"):
                path = pathlib.Path(folder, name)
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(name.encode())
            pets = tricorn.image_folder(folder, image_size=[8, 8])
            self.cluster.fit(FakeModel(), pets, validation_data=pets, wait=False)
        (request,) = self.fake.jobs.requests
        dataset = request.spec.fit.data.dataset
        self.assertEqual(dataset.format, dataset_pb2.DATASET_FORMAT_IMAGE_FOLDER)
        self.assertEqual([file.path for file in dataset.files], ["cat/1.png", "dog/1.PNG"])
        self.assertEqual(self.fake.blobs.complete[dataset.files[0].blob], b"cat/1.png")
        self.assertEqual(json.loads(dataset.options_json), {"image_size": [8, 8]})
        self.assertEqual(request.spec.fit.validation_data.dataset, dataset)
        with self.assertRaisesRegex(ValueError, "the files have them"):
            self.cluster.fit(FakeModel(), pets, self.y)

    def test_takes_a_callback_alone(self):
        own = {"class_name": "mine>Stop", "config": {}}
        self.cluster.fit(FakeModel(), self.x, self.y, callbacks=own, wait=False)
        (request,) = self.fake.jobs.requests
        self.assertEqual([json.loads(t) for t in request.spec.fit.callbacks_json], [own])

    def test_says_what_an_argument_must_be(self):
        model, x, y = FakeModel(), self.x, self.y
        for error, message, fit in (
            (
                TypeError,
                "fit: expected a Keras model, received 42",
                lambda: self.cluster.fit(42, x),
            ),
            (
                ValueError,
                r"validation_data: expected \(x, y\).* received ndarray of shape \(6, 4\)",
                lambda: self.cluster.fit(model, x, y, validation_data=x),
            ),
            (
                ValueError,
                "x: expected an array of rows, received <generator",
                lambda: self.cluster.fit(model, (row for row in x), y),
            ),
        ):
            with self.assertRaisesRegex(error, message):
                fit()
        self.assertEqual(self.fake.jobs.requests, [])

    def test_refuses_a_schedule_that_is_a_function(self):
        scheduler = type("LearningRateScheduler", (), {"__module__": "keras.src.callbacks.x"})()
        scheduler.schedule = lambda epoch, rate: rate / 2
        with self.assertRaisesRegex(ValueError, "expected a schedule of keras.optimizers"):
            self.cluster.fit(FakeModel(), self.x, self.y, callbacks=[scheduler])

    def test_refuses_a_model_that_is_not_compiled(self):
        model = FakeModel()
        model.compiled = False
        with self.assertRaisesRegex(ValueError, "expected a compiled model"):
            self.cluster.fit(model, self.x, self.y)
        self.assertEqual(self.fake.jobs.requests, [])

    def test_refuses_arrays_of_different_lengths_and_empty_ones(self):
        with self.assertRaisesRegex(ValueError, "as many rows in every array"):
            self.cluster.fit(FakeModel(), self.x, self.y[:3])
        with self.assertRaisesRegex(ValueError, "at least one row"):
            self.cluster.fit(FakeModel(), self.x[:0], self.y[:0])

    def test_evaluate_gives_metrics_by_name(self):
        self.fake.jobs.job.result.metrics["accuracy"] = 0.5
        self.fake.jobs.job.result.metrics["loss"] = 0.25
        metrics = self.cluster.evaluate("mine", self.x, self.y)
        self.assertEqual(list(metrics.items()), [("loss", 0.25), ("accuracy", 0.5)])
        spec = self.fake.jobs.requests[0].spec
        self.assertEqual(spec.model.version, "models/mine/versions/latest")


class PredictTest(WithCoordinator):
    def test_cuts_into_requests_and_joins_the_answers(self):
        x = np.arange(30, dtype=np.float64).reshape(10, 3)
        np.testing.assert_array_equal(self.cluster.predict("mine", x, batch_size=4), x)
        self.assertEqual(len(self.fake.predict.requests), 3)
        self.assertEqual(self.fake.predict.requests[0].target, "models/mine")

    def test_several_inputs_by_name(self):
        x = {"a": np.ones((2, 1), np.uint8), "b": np.zeros((2, 2), np.float32)}
        received = self.cluster.predict("mine", x)
        self.assertEqual(list(received), ["a", "b"])
        self.assertEqual(received["a"].dtype, np.uint8)

    def test_says_what_an_argument_must_be(self):
        x = np.zeros((2, 1))
        for error, message, arguments in (
            (TypeError, "name: expected that of a stored model", (FakeModel(), x)),
            (ValueError, "batch_size: expected at least 1, received 0", ("mine", x, 0)),
            (ValueError, "x: expected an array of rows, received 1.0", ("mine", 1.0)),
        ):
            with self.assertRaisesRegex(error, message):
                self.cluster.predict(*arguments)

    def test_refuses_strings(self):
        with self.assertRaisesRegex(TypeError, "expected numbers"):
            self.cluster.predict("mine", np.array(["a"]))


class ArraysTest(unittest.TestCase):
    def test_wire_keeps_type_shape_and_bits(self):
        for dtype in ("bool", "uint8", "int64", "float16", "float32", "float64", ">f4"):
            array = np.arange(6).reshape(2, 3).astype(dtype)
            back = arrays.from_wire(arrays.to_wire(array).tensor)
            np.testing.assert_array_equal(back, array)
            self.assertEqual(back.dtype, array.dtype.newbyteorder("<"))

    def test_names_follow_the_model(self):
        a, b = np.zeros(1), np.ones(1)
        self.assertEqual(list(arrays.named([a, b], "x", ["l", "r"])), ["x/l", "x/r"])
        self.assertEqual(list(arrays.named({"l": a}, "x")), ["x/l"])
        self.assertEqual(list(arrays.named([1, 2], "y", ["only"])), ["y"])


class ProgressTest(unittest.TestCase):
    def test_knows_the_epochs_of_a_job_too_short_for_progress(self):
        out = io.StringIO()
        bar = ProgressBar(2, out)
        job = job_pb2.Job(progress=job_pb2.Progress(epochs=3))
        bar.show(job_pb2.JobEvent(job=job))
        bar.show(epoch(0, loss=0.5))
        self.assertEqual(out.getvalue(), "Epoch 1/3  0.0s - loss: 0.5000\n")

    def test_a_line_for_each_epoch_without_a_terminal(self):
        out = io.StringIO()
        bar = ProgressBar("auto", out)
        progress = job_pb2.Progress(epochs=2, step=1, steps=4, seconds_per_step=0.5)
        bar.show(job_pb2.JobEvent(progress=progress))
        self.assertEqual(out.getvalue(), "")
        bar.show(epoch(0, loss=0.5, val_loss=1))
        self.assertEqual(
            out.getvalue(), "Epoch 1/2  0.0s  500ms/step - loss: 0.5000 - val_loss: 1.0000\n"
        )


if __name__ == "__main__":
    unittest.main()
