#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace tricorn {

// The records of comma-separated text (RFC 4180): quotes, CR LF, a byte order mark. Blank lines are
// passed over. Fields view the text; doubled quotes within a quoted field are left doubled.
class CsvRecords {
 public:
  CsvRecords(std::string_view text, char delimiter);

  // False at the end. Errors: InvalidArgument, with the line, for a quote that is not closed or is
  // followed by other text.
  absl::StatusOr<bool> Next(std::vector<std::string_view>* fields);
  int64_t line() const { return line_; }  // of the last record's first line, from 1

 private:
  absl::StatusOr<std::string_view> TakeField();

  std::string_view rest_;
  const char delimiter_;
  int64_t line_ = 0;
  int64_t next_line_ = 1;
};

}  // namespace tricorn
