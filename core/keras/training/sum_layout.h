#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/comm/slice.h"
#include "core/keras/training/optimizer_part.h"
#include "core/keras/training/step_trace.h"

namespace tricorn::keras {

// How the sums of a step lie in the buckets in which they travel: what all shard functions of a
// step agree on, whatever their number of samples. Where ranks share the optimizer's state out,
// gradients travel in pieces, in buckets of their own in which every rank's pieces lie together.
struct SumLayout {
  struct Place {
    ir::Type type;
    int bucket = 0;
    int64_t offset = 0;  // in elements
    bool operator==(const Place&) const = default;
  };
  struct Bucket {
    DType dtype = DType::kF32;
    int64_t count = 0;
    int group = -1;                        // of LossGroups, whose gradients' pieces it holds
    std::vector<comm::Slice> slices = {};  // by rank, of such a bucket
    bool operator==(const Bucket&) const = default;
  };

  std::vector<Place> pieces;  // of gradients: by group, then piece
  std::vector<Place> places;  // by entry of StepSums::Flatten, without those
  std::vector<Bucket> buckets;
  LossGroups groups;
  size_t num_losses = 0, num_coverage = 0, num_metrics = 0, num_gradients = 0;
  size_t num_parted = 0;  // of the gradients: the first ones, which travel in pieces
  bool has_extra = false;
  std::vector<const Variable*> statistics;
  bool operator==(const SumLayout&) const = default;

  // Lays the sums out, in the order in which the graph computes them, in buckets of about so many
  // bytes, and starts their reductions. `part`: null where every rank has all state.
  static std::pair<SumLayout, ir::Values> Start(ir::Builder& builder, const StepSums& sums,
                                                std::vector<const Variable*> statistics,
                                                size_t num_weights, const OptimizerPart* part,
                                                int64_t bucket_nbytes);

  std::vector<std::pair<std::string, ir::Type>> BucketTypes() const;
  // The sums in buckets that came back; of gradients in pieces those of the part.
  StepSums Read(ir::Builder& builder, ir::Operands bucket_values, const OptimizerPart* part) const;
  ir::Value Read(ir::Builder& builder, ir::Operands bucket_values, const Place& place) const;
};

}  // namespace tricorn::keras
