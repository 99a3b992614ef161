#include "worker/trainer/reporter.h"

#include <utility>

#include "absl/time/clock.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/base/utf8.h"
#include "proto/rpc/status.h"

namespace tricorn::worker {
namespace {

constexpr size_t kMaxLineBytes = 8 << 10;  // the coordinator keeps less

void SetTime(google::protobuf::Timestamp* stamp, absl::Time time) {
  const int64_t nanos = absl::ToUnixNanos(time);
  stamp->set_seconds(nanos / 1'000'000'000);
  stamp->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
}

}  // namespace

Reporter::Reporter(TrainerCalls& calls, absl::Duration interval,
                   std::function<void(const absl::Status&)> on_refused)
    : calls_(calls),
      interval_(interval),
      on_refused_(std::move(on_refused)),
      thread_([this] { Run(); }) {}

Reporter::~Reporter() {
  {
    MutexLock lock(&mu_);
    stopped_ = true;
  }
  thread_.join();
}

void Reporter::SetProgress(v1::Progress progress) {
  MutexLock lock(&mu_);
  progress_ = std::move(progress);
}

void Reporter::AddEpoch(v1::EpochLogs epoch) {
  MutexLock lock(&mu_);
  epochs_.push_back(std::move(epoch));
}

void Reporter::AddLine(v1::LogLine::Severity severity, std::string_view text) {
  v1::LogLine line;
  line.set_severity(severity);
  line.set_text(ValidUtf8(Utf8Prefix(text, kMaxLineBytes)));
  SetTime(line.mutable_time(), absl::Now());
  MutexLock lock(&mu_);
  if (lines_.size() == kMaxLines) {
    lines_.pop_front();
    ++dropped_lines_;
  }
  lines_.push_back(std::move(line));
}

bool Reporter::Flush(absl::Time deadline) {
  MutexLock lock(&mu_);
  flushing_ = true;
  auto done = [this] {
    mu_.AssertHeld();
    return replaced_ || !HasNews();
  };
  const bool in_time = mu_.AwaitWithDeadline(done, deadline);
  flushing_ = false;
  return in_time && !replaced_;
}

void Reporter::Run() {
  absl::Time next = absl::InfinitePast();
  MutexLock lock(&mu_);
  while (true) {
    auto news = [this] {
      mu_.AssertHeld();
      return stopped_ || HasNews();
    };
    mu_.Await(news);
    const bool is_retry = unsent_.has_value();
    auto urgent = [this, is_retry] {
      mu_.AssertHeld();
      return stopped_ || (!is_retry && (flushing_ || !epochs_.empty()));
    };
    mu_.AwaitWithDeadline(urgent, next);
    if (stopped_) return;
    if (!is_retry) unsent_ = TakeReport();
    v1::ReportProgressRequest report = *unsent_;
    mu_.Unlock();
    const absl::Status status = calls_.ReportProgress(std::move(report));
    mu_.Lock();
    next = absl::Now() + interval_;
    if (status.ok()) {
      unsent_.reset();
      continue;
    }
    if (stopped_) return;
    replaced_ = rpc::IsStaleGeneration(status);
    if (replaced_ || !is_retry) {
      mu_.Unlock();
      on_refused_(status);
      mu_.Lock();
    }
    if (replaced_) return;
  }
}

v1::ReportProgressRequest Reporter::TakeReport() {
  v1::ReportProgressRequest report;
  report.set_report_number(++report_number_);
  if (progress_) *report.mutable_progress() = *std::move(progress_);
  progress_.reset();
  for (v1::EpochLogs& epoch : epochs_) *report.add_epoch_logs() = std::move(epoch);
  epochs_.clear();
  if (dropped_lines_ > 0) {
    v1::LogLine* note = report.add_log_lines();
    note->set_severity(v1::LogLine::SEVERITY_WARNING);
    note->set_text(fmt::format("({} older lines were dropped)", dropped_lines_));
    dropped_lines_ = 0;
  }
  for (v1::LogLine& line : lines_) *report.add_log_lines() = std::move(line);
  lines_.clear();
  return report;
}

}  // namespace tricorn::worker
