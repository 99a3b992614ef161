#include "core/keras/callbacks/csv_logger.h"

#include <algorithm>
#include <cmath>

#include "core/base/status.h"

namespace tricorn::keras {
namespace {

// As Python's csv.excel dialect: quoted where it must be.
std::string Cell(const std::string& text, const std::string& separator) {
  if (text.find(separator) == text.npos && text.find_first_of("\"\r\n") == text.npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

// As Python writes a float.
std::string Number(double value) {
  return std::isfinite(value) ? Json(value).Dump() : fmt::format("{}", value);
}

}  // namespace

absl::Status CSVLogger::OnTrainBegin(Trainer&, FitOptions&) {
  keys_.clear();
  writes_header_ = true;
  if (!config_.append) {
    ASSIGN_OR_RETURN(file_, env_.NewWritableFile(config_.filename));
    return absl::OkStatus();
  }
  if (env_.Exists(config_.filename)) {
    ASSIGN_OR_RETURN(const std::string text, env_.ReadFile(config_.filename));
    writes_header_ = text.empty();
  }
  ASSIGN_OR_RETURN(file_, env_.NewAppendableFile(config_.filename));
  return absl::OkStatus();
}

absl::Status CSVLogger::WriteRow(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) {
    line += (line.empty() ? "" : config_.separator) + Cell(cell, config_.separator);
  }
  return file_->Append(line + "\r\n");
}

absl::Status CSVLogger::OnEpochEnd(Trainer&, int64_t epoch, Logs& logs) {
  if (keys_.empty()) {
    bool validated = false;
    for (const auto& [name, value] : logs) {
      keys_.push_back(name);
      validated = validated || name.starts_with("val_");
    }
    const size_t count = keys_.size();
    for (size_t i = 0; !validated && i < count; ++i) keys_.push_back("val_" + keys_[i]);
    if (writes_header_) {
      std::vector<std::string> header = {"epoch"};
      header.insert(header.end(), keys_.begin(), keys_.end());
      RETURN_IF_ERROR(WriteRow(header));
    }
  }
  std::vector<std::string> row = {std::to_string(epoch)};
  for (const std::string& key : keys_) {
    const auto it = logs.find(key);
    row.push_back(it == logs.end() ? "NA" : Number(it->second));
  }
  RETURN_IF_ERROR(WriteRow(row));
  return file_->Sync();
}

absl::Status CSVLogger::OnTrainEnd(Trainer&) {
  const std::unique_ptr<WritableFile> file = std::move(file_);
  return file == nullptr ? absl::OkStatus() : file->Close();
}

}  // namespace tricorn::keras
