#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/base/env.h"

namespace tricorn::client {

// A file that a user names for a result: there as a whole, after Commit, or as it was before.
// Through a symbolic link the file that it points to; a device or a pipe is written to as it is.
class OutputFile {
 public:
  // Errors: NotFound (its directory), InvalidArgument (a directory), what the disk says.
  static absl::StatusOr<std::unique_ptr<OutputFile>> Create(const std::string& path);
  // Without Commit nothing remains.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  WritableFile& file() { return *file_; }
  absl::Status Commit();

 private:
  OutputFile(std::string path, std::string part, std::unique_ptr<WritableFile> file);

  const std::string path_;
  std::string part_;  // what is renamed to `path_`; empty: nothing is
  std::unique_ptr<WritableFile> file_;
};

}  // namespace tricorn::client
