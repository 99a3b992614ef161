#pragma once

#include "absl/status/statusor.h"
#include "core/base/fields.h"
#include "core/comm/device_group.h"
#include "core/comm/store.h"
#include "tests/bench/engine/workload.h"

namespace tricorn::bench {

// A gang of ranks that train `workload` together.
struct GangOptions {
  Workload workload;  // its batch is a rank's
  int size = 1;
  bool on_gpus = false;
  comm::Determinism determinism = comm::Determinism::kExact;
  bool shard_optimizer_state = false;  // measures that too
  double budget_s = 1;
};

// What a rank measured, in seconds and gigabytes a second.
struct Measured {
  double step_s = 0;
  double alone_s = 0;
  double sum_s = 0;
  double bus_gb_s = 0;
  double plain_bus_gb_s = 0;
  // Of ranks that share the optimizer's state out, where asked for; bytes of this rank, those
  // allocated on GPUs only.
  double parted_step_s = 0;
  int64_t slot_nbytes = 0;
  int64_t parted_slot_nbytes = 0;
  int64_t allocated_nbytes = 0;
  int64_t parted_allocated_nbytes = 0;
  FIELDS(step_s, alone_s, sum_s, bus_gb_s, plain_bus_gb_s, parted_step_s, slot_nbytes,
         parted_slot_nbytes, allocated_nbytes, parted_allocated_nbytes)
};

// Does the part of `rank`, on GPU `rank`. All ranks call it, each in a process of its own, and meet
// in `store`.
absl::StatusOr<Measured> MeasureRank(const GangOptions& options, int rank, comm::Store& store);

}  // namespace tricorn::bench
