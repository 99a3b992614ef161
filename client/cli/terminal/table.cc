#include "client/cli/terminal/table.h"

#include <algorithm>

#include "fmt/core.h"

namespace tricorn::cli {

namespace {

// Of a message of several lines, the first.
std::string Cell(const std::string& text) {
  const size_t end = text.find('\n');
  return end == text.npos ? text : text.substr(0, end) + " ...";
}

}  // namespace

std::string FormatTable(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Cell(row[i]).size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i)
      line += fmt::format("{:<{}}  ", Cell(row[i]), widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text.append(text.empty() ? "" : "\n").append(line);
  }
  return text;
}

std::string HumanBytes(int64_t nbytes) {
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  double value = static_cast<double>(nbytes);
  size_t unit = 0;
  while (value >= 999.5 && unit + 1 < std::size(kUnits)) {
    value /= 1000;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", nbytes)
                   : fmt::format("{:.{}f} {}", value, value < 99.95 ? 1 : 0, kUnits[unit]);
}

std::string HumanDuration(absl::Duration duration) {
  const double seconds = std::max(0.0, absl::ToDoubleSeconds(duration));
  if (seconds < 0.9995) return fmt::format("{:.0f} ms", seconds * 1000);
  if (seconds < 99.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<int64_t>(seconds + 0.5);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  if (whole < 48 * 3600) return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
  return fmt::format("{} d {} h", whole / 86400, whole / 3600 % 24);
}

std::string HumanAge(std::optional<absl::Time> time, absl::Time now) {
  if (!time) return "-";
  const absl::Duration age = absl::Floor(now - *time, absl::Seconds(1));
  return age <= absl::ZeroDuration() ? "just now" : HumanDuration(age) + " ago";
}

std::string ShortName(const std::string& name) {
  const size_t slash = name.find('/');
  return slash == name.npos ? name : name.substr(slash + 1);
}

}  // namespace tricorn::cli
