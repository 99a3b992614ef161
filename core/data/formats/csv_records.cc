#include "core/data/formats/csv_records.h"

#include <algorithm>

#include "core/base/status.h"

namespace tricorn {

CsvRecords::CsvRecords(std::string_view text, char delimiter) : rest_(text), delimiter_(delimiter) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
}

absl::StatusOr<bool> CsvRecords::Next(std::vector<std::string_view>* fields) {
  while (rest_.starts_with('\n') || rest_.starts_with("\r\n")) {
    rest_.remove_prefix(rest_[0] == '\n' ? 1 : 2);
    ++next_line_;
  }
  if (rest_.empty()) return false;
  line_ = next_line_;
  fields->clear();
  for (;;) {
    ASSIGN_OR_RETURN(const std::string_view field, TakeField());
    fields->push_back(field);
    if (rest_.empty()) return true;
    const char end = rest_[0];
    rest_.remove_prefix(1);
    if (end == delimiter_) continue;
    ++next_line_;
    return true;
  }
}

// Leaves the delimiter or the line feed that ends the field in front.
absl::StatusOr<std::string_view> CsvRecords::TakeField() {
  if (!rest_.starts_with('"')) {
    size_t end = 0;
    while (end < rest_.size() && rest_[end] != delimiter_ && rest_[end] != '\n') ++end;
    std::string_view field = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (field.ends_with('\r')) field.remove_suffix(1);
    return field;
  }
  size_t end = 1;
  while (true) {
    end = rest_.find('"', end);
    if (end == rest_.npos)
      return InvalidArgument("line {}: expected a closing quote, received none", line_);
    if (rest_.substr(end, 2) != "\"\"") break;
    end += 2;
  }
  const std::string_view field = rest_.substr(1, end - 1);
  next_line_ += std::count(field.begin(), field.end(), '\n');
  rest_.remove_prefix(end + 1);
  if (rest_.starts_with("\r\n") || rest_ == "\r") rest_.remove_prefix(1);
  if (rest_.empty() || rest_[0] == delimiter_ || rest_[0] == '\n') return field;
  return InvalidArgument("line {}: expected a delimiter after a closing quote, received '{}'",
                         line_, rest_[0]);
}

}  // namespace tricorn
