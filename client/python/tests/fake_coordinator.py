"""A coordinator in this process that trains nothing: blobs, scripted jobs, predictions that echo."""

import concurrent.futures
import hashlib
import time

import grpc

from tricorn.v1 import (
    blob_pb2,
    blob_pb2_grpc,
    cluster_pb2,
    cluster_pb2_grpc,
    job_pb2,
    job_pb2_grpc,
    model_pb2,
    model_pb2_grpc,
    predict_pb2,
    predict_pb2_grpc,
)


class Blobs(blob_pb2_grpc.BlobServiceServicer):
    """Streams break after `break_after` bytes, once for each time that `breaks` says."""

    def __init__(self):
        self.complete = {}
        self.partial = {}
        self.sizes = {}
        self.break_after = 0
        self.breaks = 0
        self.bytes_written = 0
        self.forgets = 0  # so many streams find their upload not announced

    def put(self, data):
        name = "blobs/" + hashlib.sha256(data).hexdigest()
        self.complete[name] = bytes(data)
        return name

    def CreateUpload(self, request, context):
        self.sizes[request.sha256] = request.size_bytes
        return self._state(request.sha256)

    def _state(self, digest):
        blob = f"blobs/{digest}"
        return blob_pb2.Upload(
            name=f"uploads/{digest}",
            blob=blob,
            received_bytes=len(self.partial.get(digest, b"")),
            complete=blob in self.complete,
        )

    def WriteUpload(self, requests, context):
        if self.forgets > 0:
            self.forgets -= 1
            context.abort(grpc.StatusCode.NOT_FOUND, "no such upload")
        for request in requests:
            digest = request.name.removeprefix("uploads/")
            part = self.partial.setdefault(digest, bytearray())
            if request.offset != len(part):
                context.abort(grpc.StatusCode.OUT_OF_RANGE, "a gap")
            part += request.data
            self.bytes_written += len(request.data)
            self._maybe_break(len(part), context)
        if len(part) == self.sizes[digest]:
            self.put(part)
        return self._state(digest)

    def ReadBlob(self, request, context):
        data = self.complete.get(request.name)
        if data is None:
            context.abort(grpc.StatusCode.NOT_FOUND, f"{request.name}: not stored")
        for offset in range(request.offset, len(data), 1000):
            yield blob_pb2.ReadBlobResponse(offset=offset, data=data[offset : offset + 1000])
            self._maybe_break(offset, context)

    def _maybe_break(self, offset, context):
        if self.breaks > 0 and offset >= self.break_after:
            self.breaks -= 1
            context.abort(grpc.StatusCode.UNAVAILABLE, "away")


class Jobs(job_pb2_grpc.JobServiceServicer):
    """Each job has `events`, of which a watch gives one before it breaks, and ends as `job` says."""

    def __init__(self):
        self.requests = []
        self.cancelled = []
        self.cursors = []
        self.events = []
        self.quiet_s = 0  # the next watch hears nothing for so long, and breaks
        self.job = job_pb2.Job(name="jobs/a", state=job_pb2.JOB_STATE_SUCCEEDED)

    def CreateJob(self, request, context):
        self.requests.append(request)
        return self.job

    def GetJob(self, request, context):
        if request.name != self.job.name:
            context.abort(grpc.StatusCode.NOT_FOUND, f"{request.name}: no such job")
        return self.job

    def ListJobs(self, request, context):
        return job_pb2.ListJobsResponse(jobs=[self.job])

    def CancelJob(self, request, context):
        self.cancelled.append(request.name)
        return self.job

    def WatchJob(self, request, context):
        self.cursors.append(request.cursor)
        if self.quiet_s:
            time.sleep(self.quiet_s)
            self.quiet_s = 0
            context.abort(grpc.StatusCode.UNAVAILABLE, "away")
        seen = int(request.cursor or 0)
        if seen < len(self.events):
            self.events[seen].cursor = str(seen + 1)
            yield self.events[seen]
        if seen + 1 < len(self.events):
            context.abort(grpc.StatusCode.UNAVAILABLE, "away")


class Models(model_pb2_grpc.ModelServiceServicer):
    def __init__(self):
        self.blob = ""

    def GetModelVersion(self, request, context):
        return model_pb2.ModelVersion(name=request.name, blob=self.blob)


class Predict(predict_pb2_grpc.PredictServiceServicer):
    def __init__(self):
        self.requests = []

    def Predict(self, request, context):
        self.requests.append(request)
        outputs = [predict_pb2.PredictResponse(outputs=[i]).outputs[0] for i in request.inputs]
        return predict_pb2.PredictResponse(outputs=outputs, model_version=request.target)


class Cluster(cluster_pb2_grpc.ClusterServiceServicer):
    def GetServerInfo(self, request, context):
        return cluster_pb2.ServerInfo(version="1.2.3")


class FakeCoordinator:
    def __init__(self):
        self.blobs, self.jobs, self.models, self.predict = Blobs(), Jobs(), Models(), Predict()
        self._server = grpc.server(concurrent.futures.ThreadPoolExecutor(8))
        blob_pb2_grpc.add_BlobServiceServicer_to_server(self.blobs, self._server)
        job_pb2_grpc.add_JobServiceServicer_to_server(self.jobs, self._server)
        model_pb2_grpc.add_ModelServiceServicer_to_server(self.models, self._server)
        predict_pb2_grpc.add_PredictServiceServicer_to_server(self.predict, self._server)
        cluster_pb2_grpc.add_ClusterServiceServicer_to_server(Cluster(), self._server)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def stop(self):
        self._server.stop(None)
