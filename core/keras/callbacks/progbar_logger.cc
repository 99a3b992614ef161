#include "core/keras/callbacks/progbar_logger.h"

#include <cmath>
#include <cstdio>
#include <utility>

#include "core/base/status.h"
#include "fmt/format.h"

namespace tricorn::keras {
namespace {

constexpr int kWidth = 20;
constexpr absl::Duration kInterval = absl::Milliseconds(50);

void WriteToStandardOutput(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

std::string PerStep(double seconds) {
  if (seconds >= 1 || seconds == 0) return fmt::format("{:.0f}s/step", seconds);
  if (seconds >= 1e-3) return fmt::format("{:.0f}ms/step", seconds * 1e3);
  return fmt::format("{:.0f}us/step", seconds * 1e6);
}

std::string LogsText(const Logs& logs) {
  std::string text;
  for (const auto& [name, value] : logs) {
    text += std::abs(value) > 1e-3 ? fmt::format(" - {}: {:.4f}", name, value)
                                   : fmt::format(" - {}: {:.4e}", name, value);
  }
  return text;
}

}  // namespace

ProgbarLogger::ProgbarLogger(int verbose, Write write, const Clock& clock)
    : verbose_(verbose),
      write_(write != nullptr ? std::move(write) : WriteToStandardOutput),
      clock_(clock) {}

void ProgbarLogger::Begin() {
  began_ = clock_.Now();
  drawn_ = absl::InfinitePast();
  progress_ = {};
}

absl::Status ProgbarLogger::Draw(Trainer& trainer, const Progress& progress) {
  progress_ = progress;
  const absl::Time now = clock_.Now();
  if (verbose_ != 1 || now - drawn_ < kInterval || progress.step == progress.steps) {
    return absl::OkStatus();
  }
  drawn_ = now;
  ASSIGN_OR_RETURN(const Logs logs, trainer.CurrentLogs());
  const double per_step = absl::ToDoubleSeconds(now - began_) / static_cast<double>(progress.step);
  const auto done = static_cast<int>(kWidth * progress.step / progress.steps);
  std::string bar;
  for (int i = 0; i < kWidth; ++i) bar += i < done ? "━" : " ";
  write_(fmt::format("\r{}/{} {} {:.0f}s {}{}\x1b[K", progress.step, progress.steps, bar,
                     per_step * static_cast<double>(progress.steps - progress.step),
                     PerStep(per_step), LogsText(logs)));
  return absl::OkStatus();
}

void ProgbarLogger::Finish(const Logs& logs) {
  if (verbose_ == 0) return;
  const double seconds = absl::ToDoubleSeconds(clock_.Now() - began_);
  const auto steps = static_cast<double>(std::max<int64_t>(1, progress_.step));
  std::string bar;
  for (int i = 0; verbose_ == 1 && i < kWidth; ++i) bar += "━";
  write_(fmt::format("{}{}/{} {}{:.0f}s {}{}{}\n", verbose_ == 1 ? "\r" : "", progress_.step,
                     progress_.steps, bar.empty() ? "- " : bar + " ", seconds,
                     PerStep(seconds / steps), LogsText(logs), verbose_ == 1 ? "\x1b[K" : ""));
}

absl::Status ProgbarLogger::OnTrainBegin(Trainer&, FitOptions& options) {
  epochs_ = options.epochs;
  in_fit_ = true;
  return absl::OkStatus();
}

absl::Status ProgbarLogger::OnEpochBegin(Trainer&, int64_t epoch) {
  Begin();
  if (verbose_ > 0 && epochs_ > 1) write_(fmt::format("Epoch {}/{}\n", epoch + 1, epochs_));
  return absl::OkStatus();
}

absl::Status ProgbarLogger::OnBatchEnd(Trainer& trainer, const Progress& progress) {
  return Draw(trainer, progress);
}

absl::Status ProgbarLogger::OnEpochEnd(Trainer&, int64_t, Logs& logs) {
  Finish(logs);
  return absl::OkStatus();
}

absl::Status ProgbarLogger::OnTrainEnd(Trainer&) {
  in_fit_ = false;
  return absl::OkStatus();
}

// Validation within Fit is silent.
absl::Status ProgbarLogger::OnTestBegin(Trainer&) {
  if (!in_fit_) Begin();
  return absl::OkStatus();
}

absl::Status ProgbarLogger::OnTestBatchEnd(Trainer& trainer, const Progress& progress) {
  return in_fit_ ? absl::OkStatus() : Draw(trainer, progress);
}

absl::Status ProgbarLogger::OnTestEnd(Trainer&, const Logs& logs) {
  if (!in_fit_) Finish(logs);
  return absl::OkStatus();
}

}  // namespace tricorn::keras
