#pragma once

#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "core/comm/communicator.h"
#include "core/keras/layers/call_context.h"
#include "core/keras/optimizers/optimizer.h"
#include "core/keras/training/state_partition.h"

namespace tricorn::keras {

// Optimizer state that the ranks of a job share out (ZeRO, stage 1): weights are cut into pieces,
// and an optimizer of this rank's own holds slots for the pieces that the rank updates. What
// belongs to no weight (iteration, rates, scales) every rank has.
//
// Outside the ranks' steps the state is what one optimizer of all weights would hold.
class OptimizerPart {
 public:
  // `whole` and `own`: two of the same config, not yet built. `weights`: the model's, in the
  // optimizer's order, whose pieces go to `ranks` ranks.
  // Errors: Unimplemented for optimizers that cannot be parted; those of Optimizer::Build.
  static absl::StatusOr<std::unique_ptr<OptimizerPart>> Create(std::shared_ptr<Optimizer> whole,
                                                               std::shared_ptr<Optimizer> own,
                                                               std::span<Variable* const> weights,
                                                               int rank, int ranks);

  int ranks() const { return ranks_; }
  int rank() const { return rank_; }
  // Of all ranks.
  const std::vector<Piece>& pieces() const { return pieces_; }
  // Indices of pieces(), by place in the weight.
  const std::vector<size_t>& pieces_of(size_t weight) const { return pieces_of_weight_[weight]; }
  // This rank's: indices of pieces().
  const std::vector<size_t>& own_pieces() const { return own_pieces_; }
  // Bytes of slots: this rank's, and those of all weights.
  int64_t own_slot_nbytes() const;
  int64_t all_slot_nbytes() const;

  // -- In a trace ---------------------------------------------------------------------------------

  // This piece of a weight, or of what has its shape: as it is where it is all of it, else flat.
  ir::Value Cut(ir::Value weight, const Piece& piece) const;
  // The own pieces of what goes by weight.
  ir::Values CutOwn(ir::Operands by_weight) const;
  // Makes the own pieces of the weights what the own optimizer reads as its weights.
  void Open(CallContext& context) const;
  // What it has made of them.
  ir::Values Updated(CallContext& context) const;
  // Whether a variable is a piece of a weight: nothing that outlives the trace.
  bool IsPiece(const Variable& variable) const { return piece_set_.contains(&variable); }

  // -- The whole state, in Keras's order ----------------------------------------------------------

  // The variables without their values.
  std::vector<Variable*> whole_variables() const { return whole_->variables(); }
  // From the host's values of every rank's own: all ranks call it. Only `here` gets the values.
  absl::StatusOr<std::vector<Tensor>> Gather(comm::Communicator& communicator, bool here) const;
  // Sets the host's values of the own state. Types and shapes are those of whole_variables().
  void Set(std::span<const Tensor> whole);
  // Averages into the weights, as Optimizer::FinalizeVariables does. `whole`: what Gather gave.
  void FinalizeWeights(std::span<const Tensor> whole) const;

 private:
  OptimizerPart(std::shared_ptr<Optimizer> whole, std::shared_ptr<Optimizer> own,
                std::span<Variable* const> weights, int rank, int ranks);
  void CutWeights();
  void FindSlots();
  // Where one of the whole's variables is kept.
  struct Slot {
    int weight = -1;  // else `shared`
    int ordinal = 0;  // among the weight's variables
    Variable* shared = nullptr;
  };
  // The entries of a slot that go with a piece: all of them where the piece is all of its weight.
  struct Range {
    int64_t first_byte = 0;
    int64_t nbytes = 0;
  };
  Range RangeOf(const Piece& piece, const Variable& whole_slot) const;
  bool IsWhole(const Piece& piece) const;

  const std::shared_ptr<Optimizer> whole_;
  const std::shared_ptr<Optimizer> own_;
  const std::vector<Variable*> weights_;
  const int rank_;
  const int ranks_;
  std::vector<Piece> pieces_;
  std::vector<std::vector<size_t>> pieces_of_weight_;
  std::vector<size_t> own_pieces_;
  std::vector<std::unique_ptr<Variable>> own_weights_;  // by own piece
  absl::flat_hash_set<const Variable*> piece_set_;
  std::vector<Slot> slots_;                                // by variable of the whole
  std::map<std::pair<size_t, int>, Variable*> own_slots_;  // by piece and ordinal
};

}  // namespace tricorn::keras
