#include "core/data/formats/tfrecord.h"

#include <algorithm>
#include <cstring>

#include "core/base/json_fields.h"
#include "core/base/status.h"
#include "core/data/formats/example.h"
#include "core/data/formats/tfrecord_reader.h"
#include "core/tensor/bounds.h"

namespace tricorn {
namespace {

// The rows of one column, appended one by one.
class ColumnBuilder {
 public:
  explicit ColumnBuilder(TfRecordColumn column) : column_(std::move(column)) {
    if (column_.feature.empty()) column_.feature = column_.name;
  }

  absl::Status Append(const Example& example) {
    const FeatureValues* const values = example.Find(column_.feature);
    if (values == nullptr) {
      return InvalidArgument("{}: expected the feature \"{}\", received none", column_.name,
                             column_.feature);
    }
    return WithSubject(std::visit([this](const auto& v) { return AppendRow(v); }, *values),
                       column_.name);
  }

  absl::StatusOr<Dataset::NamedTensor> Finish() const {
    std::vector<int64_t> dims = column_.shape;
    if (dims.empty() && row_size_ != 1) dims.push_back(row_size_);
    dims.insert(dims.begin(), num_rows_);
    const Shape shape(std::move(dims));
    RETURN_IF_ERROR(CheckedNumBytes(dtype_, shape).status());
    Tensor tensor = Tensor::Uninitialized(dtype_, shape);
    if (!bytes_.empty()) std::memcpy(tensor.bytes(), bytes_.data(), bytes_.size());
    if (dtype_ == DType::kBool) {  // whatever the file says, a bool is 0 or 1
      for (size_t i = 0; i < bytes_.size(); ++i) tensor.bytes()[i] = std::byte{bytes_[i] != 0};
    }
    return Dataset::NamedTensor{column_.name, std::move(tensor)};
  }

 private:
  absl::Status AppendRow(const std::vector<float>& values) {
    return AppendNumbers(DType::kF32, values.data(), values.size() * sizeof(float));
  }
  absl::Status AppendRow(const std::vector<int64_t>& values) {
    return AppendNumbers(DType::kI64, values.data(), values.size() * sizeof(int64_t));
  }
  absl::Status AppendRow(const std::vector<std::string_view>& values) {
    if (!column_.dtype) return InvalidArgument("dtype: expected one, as the feature holds bytes");
    ASSIGN_OR_RETURN(const DType dtype, ParseDType(*column_.dtype));
    if (values.size() != 1) {
      return InvalidArgument("expected 1 string of bytes, received {}", values.size());
    }
    return AppendNumbers(dtype, values[0].data(), values[0].size());
  }

  absl::Status AppendNumbers(DType dtype, const void* data, size_t nbytes) {
    const auto size = static_cast<size_t>(SizeOf(dtype));
    if (nbytes % size != 0) {
      return InvalidArgument("expected whole numbers of {} bytes, received {} bytes", size, nbytes);
    }
    const auto count = static_cast<int64_t>(nbytes / size);
    if (num_rows_ == 0) {
      dtype_ = dtype;
      row_size_ = column_.shape.empty() ? count : Shape(column_.shape).num_elements();
    }
    if (dtype != dtype_ || count != row_size_) {
      return InvalidArgument("expected {} numbers {}, received {} numbers {}", row_size_,
                             Name(dtype_), count, Name(dtype));
    }
    bytes_.append(static_cast<const char*>(data), nbytes);
    ++num_rows_;
    return absl::OkStatus();
  }

  TfRecordColumn column_;
  DType dtype_ = DType::kF32;
  int64_t row_size_ = 0;  // numbers a row
  int64_t num_rows_ = 0;
  std::string bytes_;
};

class Columns {
 public:
  explicit Columns(const TfRecordOptions& options) {
    for (const TfRecordColumn& column : options.columns) builders_.emplace_back(column);
  }

  absl::Status Append(std::string_view file) {
    TfRecordReader records(file);
    for (int64_t number = 0;; ++number) {
      ASSIGN_OR_RETURN(const std::optional<std::string_view> record, records.Next());
      if (!record) return absl::OkStatus();
      RETURN_IF_ERROR(WithSubject(AppendRecord(*record), fmt::format("record {}", number)));
    }
  }

  absl::StatusOr<std::vector<Dataset::NamedTensor>> Finish() const {
    std::vector<Dataset::NamedTensor> tensors;
    for (const ColumnBuilder& builder : builders_) {
      ASSIGN_OR_RETURN(Dataset::NamedTensor tensor, builder.Finish());
      tensors.push_back(std::move(tensor));
    }
    return tensors;
  }

 private:
  absl::Status AppendRecord(std::string_view record) {
    ASSIGN_OR_RETURN(const Example example, ParseExample(record));
    if (builders_.empty()) {
      for (const auto& [name, values] : example.features) {
        if (!RoleOf(name).ok()) continue;
        builders_.emplace_back(TfRecordColumn{.name = std::string(name)});
      }
    }
    if (builders_.empty())
      return InvalidArgument("expected a feature named by a role, received none");
    for (ColumnBuilder& builder : builders_) RETURN_IF_ERROR(builder.Append(example));
    return absl::OkStatus();
  }

  std::vector<ColumnBuilder> builders_;
};

absl::Status CheckColumns(const TfRecordOptions& options) {
  for (const TfRecordColumn& column : options.columns) {
    RETURN_IF_ERROR(WithSubject(RoleOf(column.name).status(), "columns: name"));
    ASSIGN_OR_RETURN(const DType dtype, ParseDType(column.dtype.value_or("float64")));
    RETURN_IF_ERROR(WithSubject(CheckedNumBytes(dtype, Shape(column.shape)).status(), column.name));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Dataset::NamedTensor>> ReadTfRecordDataset(const DatasetSpec& spec,
                                                                      OpenFile open) {
  TfRecordOptions options;
  if (!spec.options.is_null()) {
    RETURN_IF_ERROR(WithSubject(FromJson(spec.options, &options), "options"));
  }
  RETURN_IF_ERROR(CheckColumns(options));
  Columns columns(options);
  for (const DatasetFile& file : spec.files) {
    if (!file.role.empty()) {
      return InvalidArgument("{}: expected no role of a TFRecord file, received {}", file.path,
                             file.role);
    }
    ASSIGN_OR_RETURN(const std::unique_ptr<RandomAccessFile> opened, open(file));
    absl::StatusOr<std::string> bytes = ReadAll(*opened);
    RETURN_IF_ERROR(WithSubject(bytes.status(), file.path));
    RETURN_IF_ERROR(WithSubject(columns.Append(*bytes), file.path));
  }
  return columns.Finish();
}

}  // namespace

absl::StatusOr<std::vector<Dataset::NamedTensor>> ParseTfRecords(std::string_view bytes,
                                                                 const TfRecordOptions& options) {
  RETURN_IF_ERROR(CheckColumns(options));
  Columns columns(options);
  RETURN_IF_ERROR(columns.Append(bytes));
  return columns.Finish();
}

constinit const DatasetFormat kTfRecordFormat = {.name = "tfrecord", .read = &ReadTfRecordDataset};

}  // namespace tricorn
