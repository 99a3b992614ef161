#pragma once

#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "core/base/mutex.h"
#include "core/comm/communicator.h"
#include "core/comm/shard_reducer.h"

namespace tricorn::comm {

// Sums buckets in host memory over all shards, in a thread of its own, while other threads still
// compute the next ones: what makes backward and communication overlap. Contribute and Wait are for
// any threads.
//
// While a reducer lives, nobody else calls its communicator, Abort aside. Steps allocate nothing.
class BucketReducer final : public ShardReducer {
 public:
  BucketReducer(Communicator& communicator, std::vector<Bucket> buckets);
  // Aborts the communicator if a step is unfinished, and ends the thread.
  ~BucketReducer() override;
  BucketReducer(const BucketReducer&) = delete;
  BucketReducer& operator=(const BucketReducer&) = delete;

  // Waits for what is left of the former step, every bucket of which has its contributions.
  absl::Status BeginStep() override;
  void Contribute(int bucket, int shard, const std::byte* data) override;
  backend::Collectives& CollectivesOf(int shard) override;
  absl::Status Wait(int bucket) override;
  absl::Status Gather(std::byte* data, std::span<const Slice> slices, DType dtype) override;
  // Aborts the communicator too.
  void Abort(const absl::Status& error) override;

 private:
  class ShardCollectives;

  void Run();
  // True when the thread may exchange bucket `next_`, or should end.
  bool IsReady() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  Communicator& communicator_;
  const std::vector<Bucket> buckets_;
  const int owned_;                                             // shards
  std::vector<std::unique_ptr<ShardCollectives>> collectives_;  // by owned shard

  Mutex mu_;
  CondVar ready_;    // for the thread
  CondVar reduced_;  // for those who wait
  // One array of pointers to contributions for each bucket; the thread reads a bucket's when it is
  // complete, and nobody writes it until the next step.
  std::vector<std::vector<const std::byte*>> parts_ ABSL_GUARDED_BY(mu_);
  std::vector<int> missing_ ABSL_GUARDED_BY(mu_);  // contributions, for each bucket
  int next_ ABSL_GUARDED_BY(mu_);                  // bucket to exchange; all before it are reduced
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status error_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace tricorn::comm
