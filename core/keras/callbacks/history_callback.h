#pragma once

#include "core/keras/callbacks/callback_with.h"
#include "core/keras/training/history.h"

namespace tricorn::keras {

struct HistoryConfig {
  NO_FIELDS()
};
// Keras's callback History: what Fit returns, while it runs and after an error too. Callbacks that
// add to the logs come before it.
class HistoryCallback : public CallbackWith<HistoryCallback, HistoryConfig> {
 public:
  static constexpr std::string_view kClassName = "History";
  using CallbackWith::CallbackWith;

  absl::Status OnTrainBegin(Trainer&, FitOptions&) override {
    history_ = {};
    return absl::OkStatus();
  }
  absl::Status OnEpochEnd(Trainer&, int64_t epoch, Logs& logs) override {
    history_.Append(epoch, logs);
    return absl::OkStatus();
  }
  const History& history() const { return history_; }

 private:
  History history_;
};

}  // namespace tricorn::keras
