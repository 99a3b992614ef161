#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/comm/shard_reducer.h"
#include "core/keras/training/function.h"
#include "core/keras/training/step_trace.h"
#include "core/keras/training/sum_layout.h"

namespace tricorn::keras {

// The end of a step of ranks that share out the optimizer's state: from the sums, of which every
// rank has those of its pieces, to the same next state everywhere.
//
//   sent      what the parts of the optimizer need of each other (norms), where they need anything
//   update    the rank's pieces of the next weights, its slots, and what every rank computes
//   spread    the weights from the pieces of all
//
// Between them slices travel. The bits are those of ranks that all update everything.
class PartUpdate {
 public:
  // `compiled` has a part.
  // Errors: FailedPrecondition for a step without gradients from losses; Unimplemented for
  // gradients of another dtype than their weight's.
  static absl::StatusOr<std::unique_ptr<PartUpdate>> Create(const CompiledModel& compiled,
                                                            DeviceState& state,
                                                            const SumLayout& layout,
                                                            int num_threads);

  // `sums` and `room`: a buffer for each bucket of the layout; what is in `room` is overwritten.
  // `rows`: samples of the whole batch.
  absl::Status Run(std::span<const backend::Buffer> sums, const backend::Buffer& rows,
                   std::span<const backend::Buffer> room, comm::ShardReducer& reducer) const;

 private:
  PartUpdate(const CompiledModel& compiled, DeviceState& state, const SumLayout& layout)
      : compiled_(compiled), state_(state), layout_(layout) {}

  // Of all ranks' pieces, so that all refuse alike.
  absl::Status CheckGradients() const;
  absl::Status CompileSent(int num_threads);
  absl::Status CompileUpdate(int num_threads);
  absl::Status CompileSpread(int num_threads);
  // The next state, from arguments that begin with buckets and rows.
  absl::Status Advance(CallContext& context, ir::Operands arguments, PartExchange* exchange) const;
  // The own pieces that lie in a bucket, flat, one after the other: none if there are none.
  ir::Value PiecesIn(size_t bucket, ir::Operands updated) const;
  // Whether weights travel in the bucket, where their gradients came.
  bool HoldsWeights(size_t bucket) const { return layout_.buckets[bucket].group == 0; }
  const comm::Slice& OwnSlice(std::span<const comm::Slice> slices) const;

  const CompiledModel& compiled_;
  DeviceState& state_;
  const SumLayout& layout_;
  std::vector<comm::Slice> sent_slices_;  // of what parts send to each other
  backend::Buffer sent_values_;
  std::unique_ptr<Function> sent_;  // null where there is nothing to send
  std::unique_ptr<Function> update_;
  std::unique_ptr<Function> spread_;
};

}  // namespace tricorn::keras
