"""What goes wrong, with the service's words: subject, expected, received."""

import grpc


class TricornError(Exception):
    """A call failed. `code` is the name of a gRPC status code, such as "NOT_FOUND"."""

    def __init__(self, message, code="UNKNOWN"):
        super().__init__(message)
        self.code = code

    @classmethod
    def of(cls, error, subject=None):
        """The TricornError of a grpc.RpcError."""
        message = error.details() or str(error)
        return cls(f"{subject}: {message}" if subject else message, error.code().name)


class JobFailed(TricornError):
    """A job ended without a result. `job` is its last state."""

    def __init__(self, message, code, job):
        super().__init__(message, code)
        self.job = job


class JobCancelled(JobFailed):
    """Somebody cancelled the job."""


def is_transient(error):
    """Whether a grpc.RpcError may go better when the call is repeated as it is."""
    return error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
