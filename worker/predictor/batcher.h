#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/mutex.h"
#include "core/tensor/tensor.h"
#include "worker/predictor/predict_model.h"

namespace tricorn::worker {

// Gathers requests into batches: until `max_batch_size` rows are there, or the first request has
// waited `max_delay`. A batch is padded to one of a few sizes, so that the model is compiled for
// those alone; requests of other row shapes go into batches of their own. One thread computes.
class Batcher {
 public:
  struct Options {
    int64_t max_batch_size = 32;  // rows
    absl::Duration max_delay = absl::Milliseconds(2);
    int64_t max_queued_rows = 4096;
  };
  using Reply = std::function<void(absl::StatusOr<std::vector<Tensor>>)>;
  struct Request {
    std::vector<Tensor> inputs;  // checked and cast: see CheckInputs
    absl::Time deadline = absl::InfiniteFuture();
    // Whether nobody waits for the reply any more.
    std::function<bool()> is_abandoned = [] { return false; };
    // Called once, on the batcher's thread or on the caller's of Submit.
    Reply reply;
  };
  // Called on the batcher's thread after each batch.
  using Observer = std::function<void(int64_t rows, int64_t requests, absl::Duration compute)>;

  Batcher(PredictModel& model, const Options& options, Observer observer = nullptr);
  // Answers what waits with Unavailable.
  ~Batcher();

  // Errors, in the reply:
  //   ResourceExhausted  too many rows wait, or the request is larger than the queue, or there is
  //   no
  //                      memory to compute it
  //   DeadlineExceeded   it could not be computed in time
  //   Unavailable        shutting down
  //   what the model says of this request
  void Submit(Request request);
  // From now on no request waits for others to join it: there will be few.
  void StopGathering();
  int64_t queued_rows() const;

  // Sizes that batches are padded to: powers of two, and the largest.
  static std::vector<int64_t> Buckets(int64_t max_batch_size);
  // Runs the model once for each size, so that no request pays for compiling.
  absl::Status WarmUp();

 private:
  struct Waiting {
    Request request;
    absl::Time arrival;
    int64_t rows = 0;
  };

  void Run();
  // The first request and what may join it.
  std::vector<Waiting> TakeBatch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void DropLate(absl::Time now, std::vector<Waiting>* late) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Compute(std::vector<Waiting> batch);
  absl::StatusOr<std::vector<Tensor>> PredictRows(const std::vector<Tensor>& inputs);

  PredictModel& model_;
  const Options options_;
  const Observer observer_;
  const std::vector<int64_t> buckets_;

  mutable Mutex mu_;
  std::deque<Waiting> queue_ ABSL_GUARDED_BY(mu_);
  int64_t queued_rows_ ABSL_GUARDED_BY(mu_) = 0;
  bool gathers_ ABSL_GUARDED_BY(mu_) = true;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace tricorn::worker
