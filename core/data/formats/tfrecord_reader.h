#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"

namespace tricorn {

// The records of a TFRecord file: for each the length (8 bytes, little-endian), its masked CRC-32C
// (4 bytes), the bytes, their masked CRC-32C.
//
//   TfRecordReader records(bytes);
//   while (...) { ASSIGN_OR_RETURN(std::optional<std::string_view> record, records.Next()); ... }
//
// Source: TensorFlow, "TFRecord and tf.train.Example".
class TfRecordReader {
 public:
  // A view of the whole file, which it outlives.
  explicit TfRecordReader(std::string_view bytes) : bytes_(bytes) {}

  // None at the end. Errors: DataLoss with the offset for a record that is cut off or whose
  // checksum differs.
  absl::StatusOr<std::optional<std::string_view>> Next();

 private:
  const std::string_view bytes_;
  size_t at_ = 0;
};

}  // namespace tricorn
