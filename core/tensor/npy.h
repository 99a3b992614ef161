#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace tricorn {

// Puts the next `nbytes` bytes of a stream into `out`.
using ReadBytes = absl::FunctionRef<absl::Status(char* out, size_t nbytes)>;

// Reads an array in NumPy's .npy format, versions 1 to 3, of which `nbytes` bytes are there to
// read. Fortran order and big-endian numbers are turned into ours. Errors: InvalidArgument for
// another format, a dtype that we lack (objects, strings, structures, complex numbers) or sizes
// beyond `nbytes`; nothing is allocated before sizes are checked. Source: numpy.lib.format.
absl::StatusOr<Tensor> ReadNpy(uint64_t nbytes, ReadBytes read);
absl::StatusOr<Tensor> ReadNpy(std::string_view bytes);

// Version 1.0, C order, little-endian: the file is the header followed by the tensor's bytes.
// Errors: InvalidArgument for bfloat16 and string, which the format lacks.
absl::StatusOr<std::string> NpyHeader(const Tensor& tensor);
absl::StatusOr<std::string> WriteNpy(const Tensor& tensor);

}  // namespace tricorn
