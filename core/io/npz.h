#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/io/zip/zip.h"
#include "core/tensor/tensor.h"

namespace tricorn {

// NumPy's archive of named arrays: a ZIP of NAME.npy members. An array is read when asked for.
// Errors: those of ZipReader and ReadNpy.
class NpzReader {
 public:
  static absl::StatusOr<NpzReader> Open(std::unique_ptr<RandomAccessFile> file);
  static absl::StatusOr<NpzReader> OpenBytes(std::string bytes);

  const std::vector<std::string>& names() const { return names_; }
  absl::StatusOr<Tensor> Read(std::string_view name);

 private:
  std::unique_ptr<ZipReader> zip_;
  std::vector<std::string> names_;
};

// Members stored, in the map's order.
absl::StatusOr<std::string> WriteNpz(const std::map<std::string, Tensor>& arrays);

}  // namespace tricorn
