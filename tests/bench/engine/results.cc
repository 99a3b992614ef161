#include "tests/bench/engine/results.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/base/status.h"

namespace tricorn::bench {

absl::Status Results::Add(const Workload& workload, std::string_view metric, double value,
                          std::string_view unit, const Json::Object& more) {
  Json row = Json::MakeObject({{"peer", "tricorn"},
                               {"workload", workload.name},
                               {"batch", workload.batch},
                               {"dtype", workload.dtype},
                               {"metric", metric},
                               {"value", value},
                               {"unit", unit},
                               {"device", device_}});
  for (const auto& [key, item] : more) row.Set(key, item);
  const std::string line = row.Dump() + "\n";
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
  if (path_.empty()) return absl::OkStatus();
  const int file = open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return InvalidArgument("{}: expected a file, received {}", path_, strerror(errno));
  const bool written = write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  const int error = errno;
  close(file);
  if (!written) return DataLoss("{}: {}", path_, strerror(error));
  return absl::OkStatus();
}

}  // namespace tricorn::bench
