#pragma once

#include <optional>
#include <ostream>
#include <string>

#include "client/lib/job.h"

namespace tricorn::cli {

// Training progress the way Keras shows it: a line per epoch,
//
//   Epoch 1/3  469/469  12 s  25 ms/step  4998 samples/s - loss: 0.5012 - accuracy: 0.8210 - ...
//
// which on a terminal is there from the first step on, with a bar and the time left, and is
// rewritten in place.
class ProgressLine {
 public:
  // `width`: of the terminal in columns; 0: not one.
  ProgressLine(std::ostream& out, int width) : out_(out), width_(width) {}

  // Shows what there is to show of the event. Between events the cursor is at a line's beginning
  // or, on a terminal, in the line that is rewritten.
  void Show(const client::JobEvent& event);

  // Leaves the line that is being rewritten as it is.
  void EndLine();

 private:
  void ShowJob(const client::Job& job);
  void ShowProgress(const client::Progress& progress);
  void ShowEpoch(const client::EpochLogs& epoch);
  void Rewrite(const std::string& line);
  void PrintLine(const std::string& line);

  std::ostream& out_;
  const int width_;
  bool in_line_ = false;
  std::string last_state_;
  int epochs_ = 0;                            // 0: not known yet
  std::optional<client::Progress> progress_;  // of training, the last seen
};

// Loss first, then metrics by name, then what validation found in the same order; learning_rate
// last: "loss: 0.5012 - accuracy: 0.8210 - val_loss: ...".
std::string FormatLogs(const client::Logs& logs);

}  // namespace tricorn::cli
