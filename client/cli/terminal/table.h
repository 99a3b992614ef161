#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

// Replies for people.

namespace tricorn::cli {

// Columns as wide as their widest cell; the first row is the heading. A cell shows its text's first
// line. No newline at the end.
std::string FormatTable(const std::vector<std::vector<std::string>>& rows);

std::string HumanBytes(int64_t nbytes);              // "1.6 MB"
std::string HumanDuration(absl::Duration duration);  // "850 ms", "7.2 s", "3 min 20 s", "2 h 5 min"
std::string HumanAge(std::optional<absl::Time> time, absl::Time now);  // "5 min ago"; "-" for none
// "fashion-cnn" of "models/fashion-cnn".
std::string ShortName(const std::string& name);

}  // namespace tricorn::cli
