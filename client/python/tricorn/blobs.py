"""Moves blobs: resumable both ways, verified by SHA-256."""

import hashlib
import time

import grpc

from tricorn.connection import Backoff
from tricorn.errors import TricornError, is_transient
from tricorn.v1 import blob_pb2

_CHUNK_BYTES = 512 << 10
_MAX_CORRUPTIONS = 3


def upload(connection, data):
    """Stores the bytes; returns the blob's name. Content that is there already is not sent."""
    digest = hashlib.sha256(data).hexdigest()
    announcement = blob_pb2.CreateUploadRequest(sha256=digest, size_bytes=len(data))
    backoff = Backoff()
    corruptions = 0
    received, give_up = -1, time.monotonic() + connection.patience
    while True:
        state = connection.call(connection.blobs.CreateUpload, announcement)
        if state.complete:
            return state.blob
        if state.received_bytes > received:
            give_up = time.monotonic() + connection.patience
            backoff.reset()
        received = state.received_bytes
        try:
            connection.blobs.WriteUpload(_chunks(state.name, data, received))
        except grpc.RpcError as error:
            corruptions += error.code() == grpc.StatusCode.DATA_LOSS
            # OUT_OF_RANGE and ABORTED: another view of how far a former stream got. NOT_FOUND: the
            # coordinator forgot the upload, for it was started anew or has the content by now.
            again = is_transient(error) or error.code() in (
                grpc.StatusCode.OUT_OF_RANGE,
                grpc.StatusCode.ABORTED,
                grpc.StatusCode.DATA_LOSS,
                grpc.StatusCode.NOT_FOUND,
            )
            if not again or corruptions >= _MAX_CORRUPTIONS or time.monotonic() > give_up:
                raise TricornError.of(error, f"upload of {digest}") from None
            time.sleep(backoff.next())


def _chunks(name, data, offset):
    view = memoryview(data)
    while True:
        chunk = view[offset : offset + _CHUNK_BYTES]
        yield blob_pb2.WriteUploadRequest(name=name, offset=offset, data=bytes(chunk))
        offset += len(chunk)
        if offset >= len(data):
            return


def download(connection, blob):
    """The content of `blobs/{sha256}`."""
    data = bytearray()
    backoff = Backoff()
    give_up = time.monotonic() + connection.patience
    while True:
        try:
            request = blob_pb2.ReadBlobRequest(name=blob, offset=len(data))
            for piece in connection.blobs.ReadBlob(request):
                data += piece.data
                backoff.reset()
                give_up = time.monotonic() + connection.patience
            break
        except grpc.RpcError as error:
            if not is_transient(error) or time.monotonic() > give_up:
                raise TricornError.of(error, blob) from None
            time.sleep(backoff.next())
    digest = hashlib.sha256(data).hexdigest()
    if blob != f"blobs/{digest}":
        raise TricornError(
            f"{blob}: expected content of this SHA-256, received {digest}", "DATA_LOSS"
        )
    return bytes(data)
