#include "client/cli/terminal/progress_line.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>
#include <vector>

#include "client/cli/terminal/table.h"
#include "fmt/core.h"

namespace tricorn::cli {
namespace {

using client::EpochLogs;
using client::Job;
using client::LogLine;
using client::Progress;

constexpr int kBarWidth = 20;

std::string Bar(double fraction) {
  const int filled = std::clamp(static_cast<int>(fraction * kBarWidth), 0, kBarWidth);
  std::string bar;
  for (int i = 0; i < kBarWidth; ++i) bar += i < filled ? "━" : "─";
  return bar;
}

std::string FormatValue(double value) {
  if (value == 0 || !std::isfinite(value)) return fmt::format("{}", value);
  return std::abs(value) >= 1e-3 ? fmt::format("{:.4f}", value) : fmt::format("{:.4e}", value);
}

// Order of a log in a line.
std::pair<int, std::string> Rank(const std::string& name) {
  if (name == "learning_rate") return {4, name};
  const bool is_validation = name.starts_with("val_");
  const std::string base = is_validation ? name.substr(4) : name;
  return {2 * is_validation + (base == "loss" ? 0 : 1), base};
}

std::string Speed(const Progress& progress) {
  std::string text;
  if (progress.seconds_per_step > 0) {
    text += fmt::format("  {}/step", HumanDuration(absl::Seconds(progress.seconds_per_step)));
  }
  if (progress.samples_per_second > 0) {
    text += fmt::format("  {:.0f} samples/s", progress.samples_per_second);
  }
  return text;
}

// Characters that a terminal shows, of UTF-8.
size_t Columns(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string CutToColumns(std::string text, size_t columns) {
  while (Columns(text) > columns) text.pop_back();
  return text;
}

}  // namespace

std::string FormatLogs(const client::Logs& logs) {
  std::vector<std::pair<std::string, double>> sorted(logs.begin(), logs.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return Rank(a.first) < Rank(b.first); });
  std::string text;
  for (const auto& [name, value] : sorted) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : " - ", name, FormatValue(value));
  }
  return text;
}

void ProgressLine::Show(const client::JobEvent& event) {
  if (const auto* job = std::get_if<Job>(&event.event)) ShowJob(*job);
  if (const auto* progress = std::get_if<Progress>(&event.event)) ShowProgress(*progress);
  if (const auto* epoch = std::get_if<EpochLogs>(&event.event)) ShowEpoch(*epoch);
  if (const auto* line = std::get_if<LogLine>(&event.event)) {
    if (line->severity != "info") PrintLine(fmt::format("{}: {}", line->severity, line->text));
  }
  out_.flush();
}

void ProgressLine::EndLine() {
  if (std::exchange(in_line_, false)) out_ << "\n";
  out_.flush();
}

void ProgressLine::ShowJob(const Job& job) {
  if (job.progress) epochs_ = std::max(epochs_, job.progress->epochs);
  std::string state(Name(job.state));
  if (job.state == client::JobState::kPending && !job.pending_reason.empty()) {
    state += ": " + job.pending_reason;
  }
  if (!job.workers.empty() && job.state == client::JobState::kStarting) {
    state += fmt::format(" on {} worker{}", job.workers.size(), job.workers.size() == 1 ? "" : "s");
    if (job.restarts > 0) state += fmt::format(", restart {}", job.restarts);
  }
  if (std::exchange(last_state_, state) == state) return;
  PrintLine(fmt::format("{} {}", job.name, state));
  if (job.failure && !IsFinal(job.state)) {
    PrintLine("restarts after: " + job.failure->message);
  }
}

void ProgressLine::ShowProgress(const Progress& progress) {
  const bool is_training = progress.phase == "training" || progress.phase.empty();
  if (is_training) progress_ = progress;
  epochs_ = std::max(epochs_, progress.epochs);
  if (width_ == 0) return;
  std::string line;
  if (progress.epochs > 0) line = fmt::format("Epoch {}/{}  ", progress.epoch + 1, progress.epochs);
  line += progress.steps > 0 ? fmt::format("{}/{} ", progress.step, progress.steps)
                             : fmt::format("{} steps ", progress.step);
  if (!is_training) line += progress.phase + " ";
  if (progress.steps > 0) {
    line += Bar(static_cast<double>(progress.step) / static_cast<double>(progress.steps));
    const auto left = static_cast<double>(progress.steps - progress.step);
    if (progress.seconds_per_step > 0 && left > 0) {
      line += "  ETA " + HumanDuration(absl::Seconds(left * progress.seconds_per_step));
    }
  }
  line += Speed(progress);
  if (!progress.logs.empty()) line += " - " + FormatLogs(progress.logs);
  Rewrite(line);
}

void ProgressLine::ShowEpoch(const EpochLogs& epoch) {
  std::string line = fmt::format("Epoch {}", epoch.epoch + 1);
  const bool is_known = progress_ && progress_->epoch == epoch.epoch;
  if (epochs_ > 0) line += fmt::format("/{}", epochs_);
  if (is_known && progress_->steps > 0) {
    line += fmt::format("  {}/{}", progress_->steps, progress_->steps);
  }
  line += "  " + HumanDuration(absl::Seconds(epoch.duration_seconds));
  if (is_known) line += Speed(*progress_);
  line += " - " + FormatLogs(epoch.logs);
  PrintLine(line);
}

void ProgressLine::Rewrite(const std::string& line) {
  out_ << "\r" << CutToColumns(line, static_cast<size_t>(width_ - 1)) << "\033[K";
  in_line_ = true;
}

void ProgressLine::PrintLine(const std::string& line) {
  if (std::exchange(in_line_, false)) out_ << "\r\033[K";
  out_ << line << "\n";
}

}  // namespace tricorn::cli
