#include "core/data/formats/csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/base/json_fields.h"
#include "core/base/status.h"
#include "core/data/formats/csv_records.h"

namespace tricorn {
namespace {

// float32 or, where all values are integers that a double holds, int64.
struct Values {
  std::vector<size_t> columns;  // indices into a record
  std::vector<double> numbers;  // row by row
  bool integral = true;

  Tensor ToTensor(bool allow_integers, bool flatten) const {
    const auto width = static_cast<int64_t>(columns.size());
    const auto size = static_cast<int64_t>(numbers.size());
    const Tensor all = Tensor::From<double>({size}, numbers);
    const Tensor typed = all.Cast(allow_integers && integral ? DType::kI64 : DType::kF32);
    return flatten ? typed : typed.Reshaped({size / width, width});
  }
};

class CsvTable {
 public:
  explicit CsvTable(const CsvOptions& options) : options_(options) {}

  absl::Status Append(std::string_view text) {
    if (options_.delimiter.size() != 1 || options_.delimiter[0] == '"' ||
        options_.delimiter[0] == '\n') {
      return InvalidArgument("delimiter: expected one character, received \"{}\"",
                             options_.delimiter);
    }
    CsvRecords records(text, options_.delimiter[0]);
    std::vector<std::string_view> fields;
    bool expect_header = options_.header;
    for (;;) {
      ASSIGN_OR_RETURN(const bool more, records.Next(&fields));
      if (!more) return absl::OkStatus();
      if (width_ == 0) RETURN_IF_ERROR(ChooseColumns(fields));
      if (fields.size() != width_) {
        return InvalidArgument("line {}: expected {} fields, received {}", records.line(), width_,
                               fields.size());
      }
      if (std::exchange(expect_header, false)) {
        RETURN_IF_ERROR(CheckHeader(fields));
        continue;
      }
      for (Values* const values : {&x_, &y_, &sample_weight_}) {
        for (const size_t column : values->columns) {
          const absl::Status status = AppendNumber(fields[column], values);
          if (!status.ok()) {
            return WithSubject(status,
                               fmt::format("line {}, column {}", records.line(), NameOf(column)));
          }
        }
      }
    }
  }

  std::vector<Dataset::NamedTensor> Finish() const {
    std::vector<Dataset::NamedTensor> tensors;
    if (width_ == 0) return tensors;
    tensors.push_back({"x", x_.ToTensor(/*allow_integers=*/false, /*flatten=*/false)});
    if (!y_.columns.empty()) {
      tensors.push_back({"y", y_.ToTensor(/*allow_integers=*/true, y_.columns.size() == 1)});
    }
    if (!sample_weight_.columns.empty()) {
      tensors.push_back({"sample_weight", sample_weight_.ToTensor(false, /*flatten=*/true)});
    }
    return tensors;
  }

 private:
  std::string NameOf(size_t column) const {
    return options_.header ? fmt::format("\"{}\"", names_[column]) : std::to_string(column);
  }

  absl::StatusOr<size_t> FindColumn(const Json& column) const {
    const auto width = static_cast<int64_t>(width_);
    if (column.is_int() && -width <= column.AsInt() && column.AsInt() < width) {
      return static_cast<size_t>(column.AsInt() + (column.AsInt() < 0 ? width : 0));
    }
    if (column.is_string() && options_.header) {
      const auto found = std::find(names_.begin(), names_.end(), column.AsString());
      if (found != names_.end()) return static_cast<size_t>(found - names_.begin());
    }
    std::string names;
    for (size_t i = 0; i < std::min<size_t>(width_, 20) && options_.header; ++i) {
      names.append(i == 0 ? " (" : ", ").append(names_[i]);
    }
    if (!names.empty()) names += width_ > 20 ? ", ...)" : ")";
    return InvalidArgument("column: expected one of {}{}, received {}", width_, names,
                           column.Dump());
  }

  absl::Status ChooseColumns(const std::vector<std::string_view>& first_record) {
    width_ = first_record.size();
    if (options_.header) names_.assign(first_record.begin(), first_record.end());
    std::vector<bool> taken(width_, false);
    const auto choose = [&](const Json& column, Values& values) -> absl::Status {
      ASSIGN_OR_RETURN(const size_t index, FindColumn(column));
      if (taken[index]) {
        return InvalidArgument("column {}: expected one role, received two", NameOf(index));
      }
      taken[index] = true;
      values.columns.push_back(index);
      return absl::OkStatus();
    };
    for (const Json& column : options_.y) RETURN_IF_ERROR(choose(column, y_));
    if (options_.sample_weight) RETURN_IF_ERROR(choose(*options_.sample_weight, sample_weight_));
    for (const Json& column : options_.x) RETURN_IF_ERROR(choose(column, x_));
    for (size_t i = 0; i < width_ && options_.x.empty(); ++i) {
      if (!taken[i]) x_.columns.push_back(i);
    }
    if (!x_.columns.empty()) return absl::OkStatus();
    return InvalidArgument("x: expected at least 1 column, received 0 of {}", width_);
  }

  absl::Status CheckHeader(const std::vector<std::string_view>& fields) const {
    for (size_t i = 0; i < width_; ++i) {
      if (fields[i] != names_[i]) {
        return InvalidArgument("header: expected column {} as in the first file, received \"{}\"",
                               NameOf(i), fields[i]);
      }
    }
    return absl::OkStatus();
  }

  static absl::Status AppendNumber(std::string_view field, Values* values) {
    std::string_view text = field;
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    if (text.starts_with('+')) text.remove_prefix(1);
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end) {
      return InvalidArgument("expected a number, received \"{}\"", field.substr(0, 40));
    }
    constexpr double kExactIntegers = 0x1p53;
    values->integral &= std::abs(number) <= kExactIntegers && number == std::trunc(number);
    values->numbers.push_back(number);
    return absl::OkStatus();
  }

  const CsvOptions& options_;
  size_t width_ = 0;
  std::vector<std::string> names_;
  Values x_, y_, sample_weight_;
};

absl::StatusOr<std::vector<Dataset::NamedTensor>> ReadCsvDataset(const DatasetSpec& spec,
                                                                 OpenFile open) {
  CsvOptions options;
  if (!spec.options.is_null()) {
    RETURN_IF_ERROR(WithSubject(FromJson(spec.options, &options), "options"));
  }
  CsvTable table(options);
  for (const DatasetFile& file : spec.files) {
    if (!file.role.empty()) {
      return InvalidArgument("{}: expected no role of a CSV file, received {}", file.path,
                             file.role);
    }
    ASSIGN_OR_RETURN(const std::unique_ptr<RandomAccessFile> opened, open(file));
    absl::StatusOr<std::string> text = ReadAll(*opened);
    RETURN_IF_ERROR(WithSubject(text.status(), file.path));
    RETURN_IF_ERROR(WithSubject(table.Append(*text), file.path));
  }
  return table.Finish();
}

}  // namespace

absl::StatusOr<std::vector<Dataset::NamedTensor>> ParseCsv(std::string_view text,
                                                           const CsvOptions& options) {
  CsvTable table(options);
  RETURN_IF_ERROR(table.Append(text));
  return table.Finish();
}

constinit const DatasetFormat kCsvFormat = {.name = "csv", .read = &ReadCsvDataset};

}  // namespace tricorn
