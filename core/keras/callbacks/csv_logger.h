#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/env.h"
#include "core/keras/callbacks/callback_with.h"

namespace tricorn::keras {

struct CSVLoggerConfig {
  std::string filename;
  std::string separator = ",";
  bool append = false;
  FIELDS(filename, separator, append)
};
// A line for each epoch, under a header of "epoch" and the sorted logs of the first. Logs that an
// epoch lacks are NA; without validation in the first epoch there are columns for it all the same.
class CSVLogger : public CallbackWith<CSVLogger, CSVLoggerConfig> {
 public:
  static constexpr std::string_view kClassName = "CSVLogger";
  explicit CSVLogger(CSVLoggerConfig config, Env& env = Env::Posix())
      : CallbackWith(std::move(config)), env_(env) {}

  absl::Status OnTrainBegin(Trainer& trainer, FitOptions& options) override;
  absl::Status OnEpochEnd(Trainer& trainer, int64_t epoch, Logs& logs) override;
  absl::Status OnTrainEnd(Trainer& trainer) override;

 private:
  absl::Status WriteRow(const std::vector<std::string>& cells);

  Env& env_;
  std::unique_ptr<WritableFile> file_;
  bool writes_header_ = true;
  std::vector<std::string> keys_;
};

}  // namespace tricorn::keras
