#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/fields.h"
#include "core/data/formats/dataset_spec.h"

namespace tricorn {

// One column of a dataset from one feature of each Example.
struct TfRecordColumn {
  std::string name;                       // its role (Column::name)
  std::string feature = "";               // `name` when empty
  std::vector<int64_t> shape = {};        // of a row; none: as many values as the first has
  std::optional<std::string> dtype = {};  // of bytes: the numbers they are, little-endian
  FIELDS(name, feature, shape, dtype)
};

// Without columns, those features are read whose names are roles ("x", "y", "x/NAME", ...).
struct TfRecordOptions {
  std::vector<TfRecordColumn> columns = {};
  FIELDS(columns)
};

// The Examples of a TFRecord file as columns: floats as float32, integers as int64, bytes (one
// string a row) as the numbers of `dtype` in it. A row with one value and no shape is a number.
// Errors: DataLoss, InvalidArgument with the record's number for anything else than one row of the
// column's size.
absl::StatusOr<std::vector<Dataset::NamedTensor>> ParseTfRecords(std::string_view bytes,
                                                                 const TfRecordOptions& options);

// One or more files, not compressed, without roles; options: TfRecordOptions.
extern const DatasetFormat kTfRecordFormat;

}  // namespace tricorn
