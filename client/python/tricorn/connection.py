"""One channel to the coordinator: calls with deadlines and repetitions."""

import random
import time
import uuid

import grpc

from tricorn.errors import TricornError, is_transient
from tricorn.v1 import (
    blob_pb2_grpc,
    cluster_pb2_grpc,
    job_pb2_grpc,
    model_pb2_grpc,
    predict_pb2_grpc,
)

_MAX_MESSAGE_BYTES = 1 << 30  # the coordinator says what it takes
_OPTIONS = [
    ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", _MAX_MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.min_reconnect_backoff_ms", 5_000),  # of one attempt, whatever the option is called
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.enable_http_proxy", 0),
]


class Backoff:
    """Waiting times of repeated attempts: doubling, each shortened at random by up to half."""

    def __init__(self, initial_s=0.1, max_s=2.0):
        self._initial_s = initial_s
        self._max_s = max_s
        self.reset()

    def reset(self):
        self._next_s = self._initial_s

    def next(self):
        delay = self._next_s * random.uniform(0.5, 1)
        self._next_s = min(self._max_s, 2 * self._next_s)
        return delay


class Connection:
    """Stubs of the services, and how they are called. For any thread."""

    def __init__(self, address, timeout, credentials=None, patience=300.0):
        self.address = address
        self.timeout = timeout
        self.patience = patience  # how long watches and transfers wait for a coordinator away
        if credentials is None:
            self._channel = grpc.insecure_channel(address, _OPTIONS)
        else:
            self._channel = grpc.secure_channel(address, credentials, _OPTIONS)
        self.blobs = blob_pb2_grpc.BlobServiceStub(self._channel)
        self.cluster = cluster_pb2_grpc.ClusterServiceStub(self._channel)
        self.jobs = job_pb2_grpc.JobServiceStub(self._channel)
        self.models = model_pb2_grpc.ModelServiceStub(self._channel)
        self.predict = predict_pb2_grpc.PredictServiceStub(self._channel)

    def close(self):
        self._channel.close()

    def call(self, method, request, timeout=None):
        """Makes a unary call that is safe to repeat, and repeats it while the coordinator is away."""
        return self.start(method, request)(self.timeout if timeout is None else timeout)

    def start(self, method, request):
        """Starts such a call; returns a function that waits for its response for `timeout` seconds
        and makes the repetitions."""
        future = method.future(request, wait_for_ready=False)

        def finish(timeout, future=future):
            deadline = time.monotonic() + timeout
            backoff = Backoff()
            while True:
                try:
                    return future.result(timeout=max(0, deadline - time.monotonic()))
                except grpc.FutureTimeoutError:
                    future.cancel()
                    message = f"expected an answer within {timeout:g} s"
                    raise TricornError(message, "DEADLINE_EXCEEDED") from None
                except grpc.RpcError as error:
                    delay = backoff.next()
                    if not is_transient(error) or time.monotonic() + delay > deadline:
                        raise TricornError.of(error) from None
                    time.sleep(delay)
                    future = method.future(request, wait_for_ready=False)

        return finish


def new_request_id():
    return uuid.uuid4().hex


def resource_name(collection, name):
    """ "a" and "jobs/a" are both "jobs/a"."""
    return name if name.startswith(collection + "/") else f"{collection}/{name}"
