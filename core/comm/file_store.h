#pragma once

#include <string>

#include "core/base/env.h"
#include "core/comm/store.h"

namespace tricorn::comm {

// A store in a directory, one file a key, for processes started by hand or by a test.
class FileStore final : public Store {
 public:
  FileStore(Env& env, std::string directory);

  absl::Status Set(const std::string& key, const std::string& value) override;
  absl::StatusOr<std::string> Get(const std::string& key, absl::Time deadline) override;

 private:
  std::string PathOf(std::string key) const;

  Env& env_;
  const std::string directory_;
};

}  // namespace tricorn::comm
