#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/env.h"

namespace tricorn::keras {

// A file of TensorBoard's events, under the name that it looks for.
class EventFile {
 public:
  // A new file in `directory`, which is made; `number` tells files of one second apart.
  static absl::StatusOr<std::unique_ptr<EventFile>> Create(Env& env, const std::string& directory,
                                                           absl::Time now, int number);
  // Appends a serialized Event.
  absl::Status Append(std::string_view event);
  absl::Status Flush() { return file_->Sync(); }
  absl::Status Close() { return file_->Close(); }

 private:
  explicit EventFile(std::unique_ptr<WritableFile> file) : file_(std::move(file)) {}

  std::unique_ptr<WritableFile> file_;
};

}  // namespace tricorn::keras
