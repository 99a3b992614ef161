#include "core/keras/training/optimizer_part.h"

#include <cstring>

#include "core/base/status.h"
#include "core/ops/collective/collective.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

std::vector<Variable*> PointersTo(const std::vector<std::unique_ptr<Variable>>& variables) {
  std::vector<Variable*> pointers;
  for (const auto& variable : variables) pointers.push_back(variable.get());
  return pointers;
}

int64_t SlotNbytes(const Optimizer& optimizer) {
  const std::vector<Variable*> variables = optimizer.variables();
  const std::vector<int> weights = optimizer.weights_of_variables();
  int64_t nbytes = 0;
  for (size_t i = 0; i < variables.size(); ++i) {
    if (weights[i] >= 0) nbytes += variables[i]->type.nbytes();
  }
  return nbytes;
}

}  // namespace

OptimizerPart::OptimizerPart(std::shared_ptr<Optimizer> whole, std::shared_ptr<Optimizer> own,
                             std::span<Variable* const> weights, int rank, int ranks)
    : whole_(std::move(whole)),
      own_(std::move(own)),
      weights_(weights.begin(), weights.end()),
      rank_(rank),
      ranks_(ranks) {}

absl::StatusOr<std::unique_ptr<OptimizerPart>> OptimizerPart::Create(
    std::shared_ptr<Optimizer> whole, std::shared_ptr<Optimizer> own,
    std::span<Variable* const> weights, int rank, int ranks) {
  RETURN_IF_ERROR(WithSubject(whole->CheckCanBeParted(), "shard_optimizer_state"));
  std::unique_ptr<OptimizerPart> part(
      new OptimizerPart(std::move(whole), std::move(own), weights, rank, ranks));
  part->CutWeights();
  part->whole_->AddNormsByUnits();  // else a part would clip by the norm of its own gradients
  part->own_->AddNormsByUnits();
  RETURN_IF_ERROR(part->own_->Build(PointersTo(part->own_weights_)));
  RETURN_IF_ERROR(part->whole_->Build(weights));
  for (Variable* variable : part->whole_->variables()) variable->value = Tensor();
  for (const auto& weight : part->own_weights_) weight->value = Tensor();
  part->FindSlots();
  return part;
}

bool OptimizerPart::IsWhole(const Piece& piece) const {
  return piece.count == weights_[piece.weight]->type.num_elements();
}

void OptimizerPart::CutWeights() {
  std::vector<PartedWeight> parted;
  for (const Variable* weight : weights_) {
    parted.push_back({.entries = weight->type.num_elements(),
                      .entry_nbytes = SizeOf(weight->type.dtype),
                      .can_be_cut = whole_->updates_entries_apart() && !weight->constraint});
  }
  pieces_ = PartitionWeights(parted, ranks_);
  pieces_of_weight_.resize(weights_.size());
  for (size_t i = 0; i < pieces_.size(); ++i) {
    const Piece& piece = pieces_[i];
    pieces_of_weight_[piece.weight].push_back(i);
    if (piece.owner != rank_) continue;
    own_pieces_.push_back(i);
    auto variable = std::make_unique<Variable>(*weights_[piece.weight]);
    if (!IsWhole(piece)) {
      variable->type.shape = Shape({piece.count});
      if (variable->value.num_elements() == weights_[piece.weight]->type.num_elements()) {
        Tensor value = Tensor::Uninitialized(variable->type.dtype, variable->type.shape);
        std::memcpy(value.bytes(),
                    weights_[piece.weight]->value.bytes() + piece.first * SizeOf(value.dtype()),
                    static_cast<size_t>(value.nbytes()));
        variable->value = std::move(value);
      }
    }
    piece_set_.insert(variable.get());
    own_weights_.push_back(std::move(variable));
  }
}

void OptimizerPart::FindSlots() {
  std::vector<Variable*> shared;
  std::vector<int> seen(own_pieces_.size());
  const std::vector<Variable*> own = own_->variables();
  const std::vector<int> own_weights = own_->weights_of_variables();
  for (size_t i = 0; i < own.size(); ++i) {
    if (own_weights[i] < 0) {
      shared.push_back(own[i]);
      continue;
    }
    const auto at = static_cast<size_t>(own_weights[i]);
    own_slots_[{own_pieces_[at], seen[at]++}] = own[i];
  }
  size_t next_shared = 0;
  seen.assign(weights_.size(), 0);
  for (const int weight : whole_->weights_of_variables()) {
    if (weight < 0) {
      CHECK(next_shared < shared.size());
      slots_.push_back({.weight = -1, .ordinal = 0, .shared = shared[next_shared++]});
    } else {
      slots_.push_back({.weight = weight, .ordinal = seen[static_cast<size_t>(weight)]++});
    }
  }
}

int64_t OptimizerPart::own_slot_nbytes() const { return SlotNbytes(*own_); }
int64_t OptimizerPart::all_slot_nbytes() const { return SlotNbytes(*whole_); }

// -- In a trace -----------------------------------------------------------------------------------

ir::Value OptimizerPart::Cut(ir::Value weight, const Piece& piece) const {
  if (IsWhole(piece)) return weight;
  const ir::Value flat = ops::Reshape(weight, {weight.shape().num_elements()});
  return flat.builder().Add(ops::kBucketSlice, {{flat}},
                            ops::BucketSliceAttrs{piece.first, Shape({piece.count})});
}

ir::Values OptimizerPart::CutOwn(ir::Operands by_weight) const {
  ir::Values own;
  for (const size_t p : own_pieces_) own.push_back(Cut(by_weight[pieces_[p].weight], pieces_[p]));
  return own;
}

void OptimizerPart::Open(CallContext& context) const {
  for (size_t i = 0; i < own_pieces_.size(); ++i) {
    const Piece& piece = pieces_[own_pieces_[i]];
    context.Assign(*own_weights_[i], Cut(context.Read(*weights_[piece.weight]), piece));
  }
}

ir::Values OptimizerPart::Updated(CallContext& context) const {
  ir::Values updated;
  for (const auto& weight : own_weights_) updated.push_back(context.Read(*weight));
  return updated;
}

// -- The whole state ------------------------------------------------------------------------------

OptimizerPart::Range OptimizerPart::RangeOf(const Piece& piece, const Variable& whole_slot) const {
  if (IsWhole(piece)) return {0, whole_slot.type.nbytes()};
  const int64_t size = SizeOf(whole_slot.type.dtype);
  return {piece.first * size, piece.count * size};
}

absl::StatusOr<std::vector<Tensor>> OptimizerPart::Gather(comm::Communicator& communicator,
                                                          bool here) const {
  const std::vector<Variable*> variables = whole_->variables();
  std::vector<Tensor> whole;
  std::vector<std::byte> passing;  // pieces that others want
  for (size_t i = 0; i < variables.size(); ++i) {
    const Slot& slot = slots_[i];
    const ir::Type& type = variables[i]->type;
    if (slot.weight < 0) {
      if (here) whole.push_back(slot.shared->value.Clone());
      continue;
    }
    if (here) whole.push_back(Tensor::Uninitialized(type.dtype, type.shape));
    for (const size_t p : pieces_of_weight_[static_cast<size_t>(slot.weight)]) {
      const Piece& piece = pieces_[p];
      const Range range = RangeOf(piece, *variables[i]);
      if (range.nbytes == 0) continue;
      if (!here) passing.resize(static_cast<size_t>(range.nbytes));
      std::byte* const to = here ? whole.back().bytes() + range.first_byte : passing.data();
      if (piece.owner == rank_) {
        const Tensor& value = own_slots_.at({p, slot.ordinal})->value;
        CHECK(value.nbytes() == range.nbytes);
        std::memcpy(to, value.bytes(), static_cast<size_t>(range.nbytes));
      }
      RETURN_IF_ERROR(communicator.Broadcast(to, range.nbytes, piece.owner));
    }
  }
  return whole;
}

void OptimizerPart::Set(std::span<const Tensor> whole) {
  CHECK(whole.size() == slots_.size());
  const std::vector<Variable*> variables = whole_->variables();
  for (size_t i = 0; i < whole.size(); ++i) {
    const Tensor value = whole[i].Cast(variables[i]->type.dtype);
    const Slot& slot = slots_[i];
    if (slot.weight < 0) {
      // A rank without pieces of the first weight may hold it in another dtype.
      slot.shared->value = value.Cast(slot.shared->type.dtype).Clone();
      continue;
    }
    for (const size_t p : pieces_of_weight_[static_cast<size_t>(slot.weight)]) {
      if (pieces_[p].owner != rank_) continue;
      Variable& own = *own_slots_.at({p, slot.ordinal});
      const Range range = RangeOf(pieces_[p], *variables[i]);
      Tensor part = Tensor::Uninitialized(own.type.dtype, own.type.shape);
      CHECK(part.nbytes() == range.nbytes);
      std::memcpy(part.bytes(), value.bytes() + range.first_byte,
                  static_cast<size_t>(range.nbytes));
      own.value = std::move(part);
    }
  }
}

void OptimizerPart::FinalizeWeights(std::span<const Tensor> whole) const {
  const std::vector<Variable*> variables = whole_->variables();
  CHECK(whole.size() == variables.size());
  for (size_t i = 0; i < whole.size(); ++i) variables[i]->value = whole[i];
  whole_->FinalizeVariables();
  for (Variable* variable : variables) variable->value = Tensor();
}

}  // namespace tricorn::keras
