#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/comm/store.h"
#include "tricorn/v1/trainer.pb.h"

namespace grpc {
class Channel;
}

namespace tricorn::worker {

// A gang's store, kept by the coordinator for one generation of a job. Waits out a coordinator that
// is away.
// Errors beyond comm::Store's: Aborted, with reason STALE_GENERATION, once the gang is replaced,
// also while waiting.
class CoordinatorStore final : public comm::Store {
 public:
  CoordinatorStore(const std::shared_ptr<grpc::Channel>& channel, v1::Trainer self);
  ~CoordinatorStore() override;

  absl::Status Set(const std::string& key, const std::string& value) override;
  absl::StatusOr<std::string> Get(const std::string& key, absl::Time deadline) override;

 private:
  struct Stubs;
  const std::unique_ptr<Stubs> stubs_;
  const v1::Trainer self_;
};

}  // namespace tricorn::worker
