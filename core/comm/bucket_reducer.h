#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "core/base/mutex.h"
#include "core/comm/communicator.h"
#include "core/tensor/dtype.h"

namespace tricorn::comm {

// An array that all shards contribute to, and where its sum goes.
struct Bucket {
  DType dtype;
  int64_t count;
  std::byte* sum;  // `count` elements; may be exactly one of the contributions
};

// Sums buckets over all shards in a thread of its own, while other threads still compute the next
// ones: what makes backward and communication overlap. Buckets are exchanged in the order of the
// constructor's list, the same on every rank, so list them in the order in which they are ready.
//
//   reducer.BeginStep();
//   reducer.Contribute(bucket, shard, data);   // any threads: each bucket, each owned shard, once
//   reducer.Wait(bucket);                      // any threads, any number of times
//
// While a reducer lives, nobody else calls its communicator, Abort aside. Steps allocate nothing.
class BucketReducer {
 public:
  BucketReducer(Communicator& communicator, std::vector<Bucket> buckets);
  // Aborts the communicator if a step is unfinished, and ends the thread.
  ~BucketReducer();
  BucketReducer(const BucketReducer&) = delete;
  BucketReducer& operator=(const BucketReducer&) = delete;

  // Waits for what is left of the former step, every bucket of which has its contributions.
  // The communicator's error, if there was one.
  absl::Status BeginStep();

  // `shard` is one of the job's, owned by this rank. `data` stays as it is until Wait(bucket).
  // After an error nothing happens.
  void Contribute(int bucket, int shard, const std::byte* data);

  // Waits until the bucket's sum of this step is in its place. The communicator's error, if any.
  absl::Status Wait(int bucket);

  // Aborts the communicator and ends every wait with `error`: for a rank that cannot contribute.
  void Abort(const absl::Status& error);

 private:
  void Run();
  // True when the thread may exchange bucket `next_`, or should end.
  bool IsReady() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  Communicator& communicator_;
  const std::vector<Bucket> buckets_;
  const int owned_;  // shards

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
