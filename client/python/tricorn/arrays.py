"""Arrays on their way to the service: datasets as .npz, tensors in messages."""

import io

import numpy as np

from tricorn.v1 import tensor_pb2

_DTYPES = {
    "bool": tensor_pb2.DTYPE_BOOL,
    "uint8": tensor_pb2.DTYPE_UINT8,
    "int8": tensor_pb2.DTYPE_INT8,
    "uint16": tensor_pb2.DTYPE_UINT16,
    "int16": tensor_pb2.DTYPE_INT16,
    "uint32": tensor_pb2.DTYPE_UINT32,
    "int32": tensor_pb2.DTYPE_INT32,
    "uint64": tensor_pb2.DTYPE_UINT64,
    "int64": tensor_pb2.DTYPE_INT64,
    "float16": tensor_pb2.DTYPE_FLOAT16,
    "float32": tensor_pb2.DTYPE_FLOAT32,
    "float64": tensor_pb2.DTYPE_FLOAT64,
}
_NAMES = {wire: name for name, wire in _DTYPES.items()}


def named(value, role, names=None):
    """The arrays of an argument of Keras's by column name: an array is {"x": array}, several are
    {"x/image": array, ...} by the keys of a dict or, for a list, by `names`."""
    if value is None:
        return {}
    if isinstance(value, dict):
        return {f"{role}/{name}": np.asarray(array) for name, array in value.items()}
    if isinstance(value, (list, tuple)) and names and len(names) > 1:
        if len(value) != len(names):
            raise ValueError(
                f"{role}: expected {len(names)} arrays ({', '.join(names)}), received {len(value)}"
            )
        return {f"{role}/{name}": np.asarray(array) for name, array in zip(names, value)}
    return {role: np.asarray(value)}


def describe(value):
    """What somebody passed where it does not belong, for messages."""
    shape = getattr(value, "shape", None)
    return f"{type(value).__name__}{'' if shape is None else f' of shape {tuple(shape)}'}"


def count_rows(name, array):
    if array.ndim == 0:
        raise ValueError(f"{name or 'x'}: expected an array of rows, received {array.item()!r}")
    return len(array)


def npz(arrays):
    """The bytes of an .npz of these arrays, in the types they have."""
    rows = {name: count_rows(name, array) for name, array in arrays.items()}
    if len(set(rows.values())) > 1:
        raise ValueError(f"data: expected as many rows in every array, received {rows}")
    if not rows or not all(rows.values()):
        raise ValueError(f"data: expected at least one row, received {rows}")
    for name, array in arrays.items():
        if array.dtype.name not in _DTYPES:
            raise TypeError(f"{name}: expected numbers, received dtype {array.dtype}")
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def to_wire(array, name=""):
    """A NamedTensor of the array."""
    array = np.ascontiguousarray(array)
    if array.dtype.name not in _DTYPES:
        raise TypeError(f"{name or 'x'}: expected numbers, received dtype {array.dtype}")
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    tensor = tensor_pb2.Tensor(
        dtype=_DTYPES[array.dtype.name], shape=array.shape, data=little.tobytes()
    )
    return tensor_pb2.NamedTensor(name=name, tensor=tensor)


def from_wire(tensor):
    if tensor.dtype == tensor_pb2.DTYPE_BFLOAT16:
        bits = np.frombuffer(tensor.data, "<u2").astype(np.uint32) << 16
        return bits.view(np.float32).reshape(tuple(tensor.shape))
    dtype = np.dtype(_NAMES[tensor.dtype]).newbyteorder("<")
    return np.frombuffer(tensor.data, dtype).reshape(tuple(tensor.shape))
