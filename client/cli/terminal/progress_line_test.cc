#include "client/cli/terminal/progress_line.h"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

namespace tricorn::cli {
namespace {

using client::EpochLogs;
using client::Job;
using client::JobEvent;
using client::JobState;
using client::Progress;

Progress HalfAnEpoch() {
  Progress progress;
  progress.phase = "training";
  progress.epochs = 3;
  progress.step = 50;
  progress.steps = 100;
  progress.seconds_per_step = 0.02;
  progress.samples_per_second = 6400;
  progress.logs = {{"accuracy", 0.75}, {"loss", 0.5}};
  return progress;
}

EpochLogs FirstEpoch() {
  return {.epoch = 0,
          .duration_seconds = 2,
          .logs = {{"accuracy", 0.8}, {"loss", 0.4}, {"val_accuracy", 0.7}, {"val_loss", 0.6}}};
}

TEST(ProgressLine, PrintsALineForEachEpochWithoutATerminal) {
  std::ostringstream out;
  ProgressLine line(out, 0);
  line.Show({.cursor = "", .event = HalfAnEpoch()});
  EXPECT_EQ(out.str(), "");
  line.Show({.cursor = "1", .event = FirstEpoch()});
  EXPECT_EQ(
      out.str(),
      "Epoch 1/3  100/100  2.0 s  20 ms/step  6400 samples/s - loss: 0.4000 - accuracy: 0.8000"
      " - val_loss: 0.6000 - val_accuracy: 0.7000\n");
}

TEST(ProgressLine, RewritesOneLineOnATerminal) {
  std::ostringstream out;
  ProgressLine line(out, 200);
  line.Show({.cursor = "", .event = HalfAnEpoch()});
  EXPECT_EQ(out.str(),
            "\rEpoch 1/3  50/100 ━━━━━━━━━━──────────  ETA 1.0 s  20 ms/step  6400 samples/s - "
            "loss: 0.5000 - accuracy: 0.7500\033[K");
  line.Show({.cursor = "1", .event = FirstEpoch()});
  EXPECT_NE(out.str().find("\033[K\r\033[KEpoch 1/3  100/100"), std::string::npos) << out.str();
  EXPECT_EQ(out.str().back(), '\n');
}

TEST(ProgressLine, NeverOutgrowsTheTerminal) {
  std::ostringstream out;
  ProgressLine line(out, 30);
  line.Show({.cursor = "", .event = HalfAnEpoch()});
  EXPECT_EQ(out.str(), "\rEpoch 1/3  50/100 ━━━━━━━━━━─\033[K");
  line.EndLine();
  EXPECT_EQ(out.str().back(), '\n');
}

TEST(ProgressLine, SaysEachStateOnceAndWhyAJobWaits) {
  std::ostringstream out;
  ProgressLine line(out, 0);
  Job job;
  job.name = "jobs/a";
  job.state = JobState::kPending;
  job.pending_reason = "needs 2 workers, 1 is free";
  line.Show({.cursor = "1", .event = job});
  line.Show({.cursor = "2", .event = job});
  job.state = JobState::kRunning;
  line.Show({.cursor = "3", .event = job});
  EXPECT_EQ(out.str(), "jobs/a pending: needs 2 workers, 1 is free\njobs/a running\n");
}

TEST(FormatLogs, PutsLossFirstAndValidationAfter) {
  EXPECT_EQ(FormatLogs({{"acc", 1}, {"learning_rate", 1e-4}, {"loss", 2}, {"val_loss", 3}}),
            "loss: 2.0000 - acc: 1.0000 - val_loss: 3.0000 - learning_rate: 1.0000e-04");
  EXPECT_EQ(FormatLogs({{"loss", std::nan("")}}), "loss: nan");
}

}  // namespace
}  // namespace tricorn::cli
