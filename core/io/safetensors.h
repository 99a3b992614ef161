#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace tricorn {

// Named arrays as Hugging Face's safetensors files hold them: a JSON header, then the bytes.
struct Safetensors {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

// Errors: InvalidArgument, naming the tensor, for a header that is damaged, for bytes that overlap,
// leave gaps or lie outside; Unimplemented for dtypes that we lack (8-bit floats). Memory is
// bounded by the file's size.
absl::StatusOr<Safetensors> ReadSafetensors(std::string_view file);

// Largest dtypes first, then by name, as safetensors itself. Equal contents give equal bytes.
// Errors: InvalidArgument for strings as elements.
absl::StatusOr<std::string> WriteSafetensors(const Safetensors& contents);

}  // namespace tricorn
