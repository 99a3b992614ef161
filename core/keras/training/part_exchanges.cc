#include "core/keras/training/part_exchanges.h"

#include <numeric>

#include "core/ops/collective/collective.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {

using ir::Value;
using ir::Values;

Value SentExchange::OfAllUnits(ir::Builder& builder, ir::Operands own) {
  sent_.insert(sent_.end(), own.begin(), own.end());
  std::vector<int64_t> counts(static_cast<size_t>(part_.ranks()));
  for (const Piece& piece : part_.pieces()) {
    counts[static_cast<size_t>(piece.owner)] += NumUnits(piece.count);
  }
  const int64_t total = std::accumulate(counts.begin(), counts.end(), int64_t{0});
  counts_.push_back(std::move(counts));
  return ops::Full(builder, {DType::kF32, {total}}, 0);
}

Value SentExchange::OfAllParts(Value own) {
  sent_.push_back(ops::Reshape(own, {1}));
  counts_.emplace_back(static_cast<size_t>(part_.ranks()), 1);
  return ops::Full(own.builder(), {DType::kF32, {part_.ranks()}}, 0);
}

std::vector<comm::Slice> SentExchange::Slices() const {
  std::vector<comm::Slice> slices;
  int64_t next = 0;
  for (size_t rank = 0; rank < static_cast<size_t>(part_.ranks()); ++rank) {
    int64_t count = 0;
    for (const std::vector<int64_t>& call : counts_) count += call[rank];
    slices.push_back({next, count});
    next += (count + comm::kSliceAlign - 1) / comm::kSliceAlign * comm::kSliceAlign;
  }
  return slices;
}

Value ReceivedExchange::Take(int rank, int64_t count) {
  int64_t& first = next_[static_cast<size_t>(rank)];
  const Value taken =
      all_.builder().Add(ops::kBucketSlice, {{all_}}, ops::BucketSliceAttrs{first, Shape({count})});
  first += count;
  return taken;
}

// Pieces go by weight and then by place in it, so their units are in the weights' order.
Value ReceivedExchange::OfAllUnits(ir::Builder&, ir::Operands) {
  Values units;
  for (const Piece& piece : part_.pieces()) {
    units.push_back(Take(piece.owner, NumUnits(piece.count)));
  }
  return units.size() == 1 ? units[0] : ops::Concatenate(units, 0);
}

Value ReceivedExchange::OfAllParts(Value) {
  Values parts;
  for (int rank = 0; rank < part_.ranks(); ++rank) parts.push_back(Take(rank, 1));
  return ops::Concatenate(parts, 0);
}

}  // namespace tricorn::keras
