"""Handles of jobs."""

import time

import grpc

from tricorn import blobs
from tricorn.connection import Backoff, new_request_id, resource_name
from tricorn.errors import JobCancelled, JobFailed, TricornError, is_transient
from tricorn.history import History
from tricorn.v1 import job_pb2, model_pb2

_LONGEST_CONNECT_S = 6  # longer than an attempt to connect takes
_FINAL = (job_pb2.JOB_STATE_SUCCEEDED, job_pb2.JOB_STATE_FAILED, job_pb2.JOB_STATE_CANCELLED)


class Job:
    """A job that was submitted. It goes on whether or not anybody holds one."""

    def __init__(self, connection, name):
        self._connection = connection
        self.name = resource_name("jobs", name)

    def __repr__(self):
        return f"<Job {self.name}>"

    def get(self):
        """The job as the coordinator has it now, a tricorn.v1.Job message."""
        return self._connection.call(
            self._connection.jobs.GetJob, job_pb2.GetJobRequest(name=self.name)
        )

    @property
    def state(self):
        """ "pending", "starting", "running", "succeeded", "failed" or "cancelled"."""
        return job_pb2.JobState.Name(self.get().state).removeprefix("JOB_STATE_").lower()

    def done(self):
        return self.get().state in _FINAL

    def cancel(self):
        """Stops the job at once. One that has ended stays as it is."""
        request = job_pb2.CancelJobRequest(name=self.name, request_id=new_request_id())
        try:
            self._connection.call(self._connection.jobs.CancelJob, request)
        except TricornError as error:
            if error.code != "FAILED_PRECONDITION":
                raise

    def watch(self, cursor=""):
        """Yields tricorn.v1.JobEvent messages until the job ends, over broken connections too."""
        backoff = Backoff()
        give_up = time.monotonic() + self._connection.patience
        while True:
            request = job_pb2.WatchJobRequest(name=self.name, cursor=cursor)
            stream = self._connection.jobs.WatchJob(request)
            began = time.monotonic()
            try:
                for event in stream:
                    cursor = event.cursor or cursor
                    backoff.reset()
                    give_up = time.monotonic() + self._connection.patience
                    yield event
                return
            except grpc.RpcError as error:
                # It stood, though nothing happened.
                if time.monotonic() - began > _LONGEST_CONNECT_S:
                    give_up = time.monotonic() + self._connection.patience
                if not is_transient(error) or time.monotonic() > give_up:
                    raise TricornError.of(error, self.name) from None
                time.sleep(backoff.next())
            finally:
                stream.cancel()

    def wait(self, on_event=None):
        """Waits for the end; returns the tricorn.v1.Job. Raises JobFailed or JobCancelled."""
        for event in self.watch():
            if on_event is not None:
                on_event(event)
        job = self.get()
        if job.state == job_pb2.JOB_STATE_CANCELLED:
            raise JobCancelled(f"{self.name}: was cancelled", "CANCELLED", job)
        if job.state == job_pb2.JOB_STATE_FAILED:
            code = list(grpc.StatusCode)[job.failure.code].name
            raise JobFailed(f"{self.name}: {job.failure.message}", code, job)
        return job

    def history(self, model=None):
        """The epochs that have ended, as a History."""
        history = History(model)
        for epoch in self.get().history:
            history.add(epoch.epoch, dict(epoch.logs))
        return history

    def trained_model(self):
        """The bytes of the `.keras` archive that a fit job made."""
        version = self.get().result.model_version
        if not version:
            raise TricornError(f"{self.name}: expected a trained model, it has none", "NOT_FOUND")
        stored = self._connection.call(
            self._connection.models.GetModelVersion, model_pb2.GetModelVersionRequest(name=version)
        )
        return blobs.download(self._connection, stored.blob)
