#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/fields.h"
#include "core/base/json.h"
#include "core/data/formats/dataset_spec.h"

namespace tricorn {

// A column is named by its header or by its index; -1 is the last.
struct CsvOptions {
  bool header = true;  // whether the first record names the columns
  std::string delimiter = ",";
  std::vector<Json> x = {};  // none: all that are neither y nor sample_weight
  std::vector<Json> y = {};
  std::optional<Json> sample_weight = std::nullopt;
  FIELDS(header, delimiter, x, y, sample_weight)
};

// Numbers of CSV text as columns "x" (rows, columns) float32, "y" (rows,), or (rows, columns) if
// there are several, int64 where every value is an integer, else float32, and "sample_weight"
// (rows,) float32. Columns that have no role are not looked at.
// Errors: InvalidArgument with line and column for anything that is no number, with the line for a
// record of another length, and for a column that does not exist.
absl::StatusOr<std::vector<Dataset::NamedTensor>> ParseCsv(std::string_view text,
                                                           const CsvOptions& options);

// One or more files of the same columns, without roles; options: CsvOptions.
extern const DatasetFormat kCsvFormat;

}  // namespace tricorn
