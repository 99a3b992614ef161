#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace tricorn::comm {

// Where the members of a group find each other: a small map that all of them reach. For any thread.
class Store {
 public:
  virtual ~Store() = default;

  // AlreadyExists if the key has another value.
  virtual absl::Status Set(const std::string& key, const std::string& value) = 0;

  // Waits for the key. DeadlineExceeded, naming it, if it is not set by `deadline`.
  virtual absl::StatusOr<std::string> Get(const std::string& key, absl::Time deadline) = 0;
};

}  // namespace tricorn::comm
