#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/data/row_source.h"

namespace tricorn {

// What a column is to the model. The order is that of Batch.
enum class Role { kX, kY, kSampleWeight };

// A column's name is its role, "x", "y" or "sample_weight", and with several inputs or outputs the
// role and their name: "x/image", "y/class".
struct Column {
  std::string name;
  Role role;
  std::unique_ptr<const RowSource> rows;
};

// Errors: InvalidArgument for a name of another form.
absl::StatusOr<Role> RoleOf(std::string_view column_name);

// Columns of as many rows each: the samples of a job. Safe for several threads.
class Dataset {
 public:
  struct NamedRows {
    std::string name;
    std::unique_ptr<const RowSource> rows;
  };
  struct NamedTensor {
    std::string name;
    Tensor tensor;
  };
  // Errors: InvalidArgument if there is no x, no row, a name that is no role or comes twice, a
  // scalar, or columns that differ in their number of rows.
  static absl::StatusOr<Dataset> FromRows(std::vector<NamedRows> sources);
  static absl::StatusOr<Dataset> FromTensors(std::vector<NamedTensor> tensors);

  int64_t num_rows() const { return num_rows_; }
  // By role, and in the given order within one.
  const std::vector<Column>& columns() const { return columns_; }

 private:
  int64_t num_rows_ = 0;
  std::vector<Column> columns_;
};

}  // namespace tricorn
