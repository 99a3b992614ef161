#include "core/backend/cuda/codegen/early_compiler.h"

#include <algorithm>

#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

constexpr unsigned kMaxThreads = 16;

}  // namespace

EarlyCompiler::~EarlyCompiler() {
  mu_.Lock();
  stopping_ = true;
  mu_.Unlock();
  for (std::thread& thread : threads_) thread.join();
}

void EarlyCompiler::Add(std::string source) {
  mu_.Lock();
  jobs_.push_back({std::move(source), std::nullopt});
  mu_.Unlock();
  const unsigned most = std::clamp(std::thread::hardware_concurrency(), 1u, kMaxThreads);
  if (threads_.size() < most) threads_.emplace_back([this] { Work(); });
}

absl::StatusOr<std::vector<std::string>> EarlyCompiler::Wait() {
  mu_.Lock();
  mu_.Await([this] {
    mu_.AssertHeld();
    return finished_ == jobs_.size();
  });
  absl::Status status;
  std::vector<std::string> cubins;
  for (Job& job : jobs_) {
    status.Update(job.cubin->status());
    if (status.ok()) cubins.push_back(**job.cubin);
  }
  mu_.Unlock();
  RETURN_IF_ERROR(status);
  return cubins;
}

void EarlyCompiler::Work() {
  mu_.Lock();
  while (true) {
    mu_.Await([this] {
      mu_.AssertHeld();
      return stopping_ || next_ < jobs_.size();
    });
    if (stopping_) break;
    Job& job = jobs_[next_++];
    mu_.Unlock();
    absl::StatusOr<std::string> cubin = compiler_.Compile(job.source);
    mu_.Lock();
    job.cubin = std::move(cubin);
    ++finished_;
  }
  mu_.Unlock();
}

}  // namespace tricorn::backend::cuda
