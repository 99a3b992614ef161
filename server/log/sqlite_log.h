#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/log/event_log.h"

namespace tricorn::server {

struct SqliteLogOptions {
  // The database refuses to grow beyond this; 0: the disk's end is the only limit.
  int64_t max_bytes = 0;
};

class SqliteLog : public EventLog {
 public:
  // Opens or makes the log `path`: WAL, every commit synced.
  // Errors: as SQLite's; FailedPrecondition when a newer program wrote it.
  static absl::StatusOr<std::unique_ptr<SqliteLog>> Open(const std::string& path,
                                                         const SqliteLogOptions& options = {});

  // A value kept beside the log, made with `initial` when it is missing.
  virtual absl::StatusOr<std::string> Constant(const std::string& key,
                                               const std::string& initial) = 0;
};

}  // namespace tricorn::server
