#pragma once

#include <vector>

#include "core/comm/slice.h"
#include "core/keras/optimizers/part_exchange.h"
#include "core/keras/training/optimizer_part.h"

namespace tricorn::keras {

// An optimizer's exchange with those of the other parts, in two traces. In the first, what it sends
// is written down, and read as zeros; the second reads what all have sent. Nothing that is sent may
// depend on what comes back.
//
// What was sent travels as one flat float32 array, in which every rank has a slice.
class SentExchange : public PartExchange {
 public:
  explicit SentExchange(const OptimizerPart& part) : part_(part) {}

  ir::Value OfAllUnits(ir::Builder& builder, ir::Operands own) override;
  ir::Value OfAllParts(ir::Value own) override;

  // This rank's slice.
  const ir::Values& sent() const { return sent_; }
  // Of all ranks, each from a multiple of comm::kSliceAlign on.
  std::vector<comm::Slice> Slices() const;

 private:
  const OptimizerPart& part_;
  ir::Values sent_;
  std::vector<std::vector<int64_t>> counts_;  // entries by call and rank
};

class ReceivedExchange : public PartExchange {
 public:
  // `all`: the array, whose slices are SentExchange::Slices.
  ReceivedExchange(const OptimizerPart& part, std::span<const comm::Slice> slices, ir::Value all)
      : part_(part), all_(all) {
    for (const comm::Slice& slice : slices) next_.push_back(slice.first);
  }

  ir::Value OfAllUnits(ir::Builder& builder, ir::Operands own) override;
  ir::Value OfAllParts(ir::Value own) override;

 private:
  // The next entries that a rank sent.
  ir::Value Take(int rank, int64_t count);

  const OptimizerPart& part_;
  const ir::Value all_;
  std::vector<int64_t> next_;  // by rank
};

}  // namespace tricorn::keras
