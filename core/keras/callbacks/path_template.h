#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "core/keras/training/history.h"

namespace tricorn::keras {

// "{epoch:02d}-{val_loss:.2f}.keras" with the epoch and batch, counted from 1, and the logs filled
// in. Errors: InvalidArgument for a name that is none of them, and for a format that does not fit.
absl::StatusOr<std::string> FillPath(const std::string& path_template, int64_t epoch,
                                     std::optional<int64_t> batch, const Logs& logs);

}  // namespace tricorn::keras
