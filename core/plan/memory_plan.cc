#include "core/plan/memory_plan.h"

#include <algorithm>
#include <numeric>

#include "absl/container/flat_hash_map.h"
#include "core/base/status.h"
#include "core/ir/builder.h"
#include "core/plan/blocks.h"

namespace tricorn::plan {
namespace {

constexpr int64_t kAlignment = 64;

int64_t Aligned(int64_t nbytes) { return (nbytes + kAlignment - 1) / kAlignment * kAlignment; }

class Planner {
 public:
  Planner(const ir::Graph& graph, const MemoryOptions& options)
      : graph_(graph),
        options_(options),
        base_(graph.values().size()),
        last_use_(base_.size(), -1),
        block_of_(base_.size(), -1) {
    plan_.slots.resize(base_.size());
    placed_.assign(base_.size(), false);
    for (const auto& [input, output] : options.donations) donated_.emplace(output, input);
  }

  MemoryPlan Run() {
    ResolveViews();
    FindLastUses();
    PlaceInputsAndConstants();
    PlaceOutputs();
    MakeBlocks();
    AssignOffsets();
    WriteSlots();
    return std::move(plan_);
  }

 private:
  size_t num_nodes() const { return graph_.nodes().size(); }
  ir::ValueId& base(ir::ValueId id) { return base_[static_cast<size_t>(id)]; }
  int64_t& offset(ir::ValueId id) { return offset_[static_cast<size_t>(id)]; }
  int32_t& last_use(ir::ValueId id) { return last_use_[static_cast<size_t>(id)]; }

  // A view lives in its operand's bytes, so only bases get a place.
  void ResolveViews() {
    std::iota(base_.begin(), base_.end(), 0);
    offset_.assign(base_.size(), 0);
    for (const ir::Node& node : graph_.nodes()) {
      if (node.op->kind != ir::OpKind::kView) continue;
      const ir::ValueId view = node.results[0];
      base(view) = base(node.operands[0]);
      offset(view) = offset(node.operands[0]);
      if (node.op->view_offset) {
        offset(view) += node.op->view_offset(node.attrs) * SizeOf(graph_.type(view).dtype);
      }
    }
  }

  void FindLastUses() {
    for (size_t n = 0; n < num_nodes(); ++n) {
      for (const ir::ValueId id : graph_.nodes()[n].operands) {
        last_use(base(id)) = static_cast<int32_t>(n);
      }
    }
  }

  void Place(ir::ValueId id, Slot::Place place, int32_t index) {
    plan_.slots[static_cast<size_t>(id)] = {place, index, 0};
    placed_[static_cast<size_t>(id)] = true;
  }

  void PlaceInputsAndConstants() {
    for (size_t i = 0; i < graph_.inputs().size(); ++i) {
      Place(graph_.inputs()[i].value, Slot::Place::kInput, static_cast<int32_t>(i));
    }
    int32_t constants = 0;
    for (const ir::Node& node : graph_.nodes()) {
      if (node.op == &ir::kConstant) Place(node.results[0], Slot::Place::kConstant, constants++);
    }
  }

  int32_t DonatedInput(int32_t output) const {
    const auto found = donated_.find(output);
    return found == donated_.end() ? -1 : found->second;
  }

  // Whether the node that makes `value` may write it over `input`: everything else has read the
  // input by then, and the node itself reads an element before it writes it.
  bool MayReplace(ir::ValueId input, ir::ValueId value) {
    const int32_t n = graph_.values()[static_cast<size_t>(value)].node;
    if (last_use(input) < n) return true;
    return last_use(input) == n && MayOverwrite(n, input, value);
  }

  // Only where every read of the base is of all its bytes: the result begins where the base does,
  // and a view that begins further on would be written before it is read.
  bool MayOverwrite(int32_t n, ir::ValueId operand_base, ir::ValueId result) {
    const ir::Node& node = graph_.nodes()[static_cast<size_t>(n)];
    const int64_t nbytes = graph_.type(result).nbytes();
    if (!options_.may_overwrite || graph_.type(operand_base).nbytes() != nbytes) return false;
    const auto r = static_cast<size_t>(graph_.values()[static_cast<size_t>(result)].index);
    for (size_t i = 0; i < node.operands.size(); ++i) {
      const ir::ValueId operand = node.operands[i];
      if (base(operand) != operand_base) continue;
      if (offset(operand) != 0 || graph_.type(operand).nbytes() != nbytes) return false;
      if (!options_.may_overwrite(node, i, r)) return false;
    }
    return true;
  }

  // An output's value is computed into the caller's buffer where it can be. Values that are placed
  // already (inputs, constants, another output) are kept to the end first, so that no later output
  // is written over what an earlier one still has to copy.
  void PlaceOutputs() {
    std::vector<int32_t> open;
    for (size_t i = 0; i < graph_.outputs().size(); ++i) {
      const auto output = static_cast<int32_t>(i);
      const ir::ValueId value = graph_.outputs()[i].value;
      const int32_t donated = DonatedInput(output);
      const bool passed_through =
          donated >= 0 && graph_.inputs()[static_cast<size_t>(donated)].value == base(value) &&
          offset(value) == 0;
      if (passed_through) {
        continue;
      } else if (placed_[static_cast<size_t>(base(value))]) {
        CopyAtEnd(output);
      } else {
        open.push_back(output);
      }
    }
    for (const int32_t output : open) PlaceOutput(output);
  }

  void PlaceOutput(int32_t output) {
    const ir::ValueId value = graph_.outputs()[static_cast<size_t>(output)].value;
    const int32_t donated = DonatedInput(output);
    const ir::ValueId input =
        donated < 0 ? -1 : graph_.inputs()[static_cast<size_t>(donated)].value;
    const bool whole = graph_.type(base(value)).nbytes() == graph_.type(value).nbytes();
    const bool free = !placed_[static_cast<size_t>(base(value))];
    if (free && whole && (input < 0 || MayReplace(input, base(value)))) {
      Place(base(value), Slot::Place::kOutput, output);
    } else {
      CopyAtEnd(output);
    }
  }

  void CopyAtEnd(int32_t output) {
    copied_.push_back(output);
    last_use(base(graph_.outputs()[static_cast<size_t>(output)].value)) =
        static_cast<int32_t>(num_nodes());
  }

  // One block a value, or the block of a dying operand that the node may write over.
  void MakeBlocks() {
    for (size_t n = 0; n < num_nodes(); ++n) {
      const ir::Node& node = graph_.nodes()[n];
      const auto at = static_cast<int32_t>(n);
      std::vector<int32_t> taken;
      for (const ir::ValueId id : node.results) {
        if (placed_[static_cast<size_t>(id)] || base(id) != id) continue;
        const int32_t last = std::max(last_use(id), at);
        int32_t block = DyingOperandBlock(at, id, taken);
        if (block >= 0) {
          blocks_[static_cast<size_t>(block)].last = last;
          taken.push_back(block);
        } else {
          block = static_cast<int32_t>(blocks_.size());
          blocks_.push_back({at, last, Aligned(graph_.type(id).nbytes())});
        }
        block_of_[static_cast<size_t>(id)] = block;
      }
    }
    // An input may lie under a donated output that is copied before it: it waits in the arena.
    for (const int32_t output : copied_) {
      const ir::ValueId value = graph_.outputs()[static_cast<size_t>(output)].value;
      const bool is_input =
          plan_.slots[static_cast<size_t>(base(value))].place == Slot::Place::kInput;
      staging_.push_back(
          is_input && !options_.donations.empty() ? static_cast<int32_t>(blocks_.size()) : -1);
      if (staging_.back() < 0) continue;
      const auto end = static_cast<int32_t>(num_nodes());
      blocks_.push_back({end, end, Aligned(graph_.type(value).nbytes())});
    }
    plan_.workspace.assign(num_nodes(), -1);
    for (size_t n = 0; n < options_.workspace_nbytes.size(); ++n) {
      if (options_.workspace_nbytes[n] == 0) continue;
      workspace_blocks_.emplace_back(n, blocks_.size());
      blocks_.push_back({static_cast<int32_t>(n), static_cast<int32_t>(n),
                         Aligned(options_.workspace_nbytes[n])});
    }
  }

  int32_t DyingOperandBlock(int32_t n, ir::ValueId result, const std::vector<int32_t>& taken) {
    for (const ir::ValueId id : graph_.nodes()[static_cast<size_t>(n)].operands) {
      const ir::ValueId operand = base(id);
      const int32_t block = block_of_[static_cast<size_t>(operand)];
      if (block < 0 || last_use(operand) != n) continue;
      if (std::find(taken.begin(), taken.end(), block) != taken.end()) continue;
      if (MayOverwrite(n, operand, result)) return block;
    }
    return -1;
  }

  void AssignOffsets() {
    plan_.arena_nbytes = PlaceBlocks(blocks_);
    std::vector<int64_t> alive(num_nodes() + 2, 0);
    for (const Block& block : blocks_) {
      alive[static_cast<size_t>(block.first)] += block.nbytes;
      alive[static_cast<size_t>(block.last) + 1] -= block.nbytes;
    }
    int64_t now = 0;
    for (const int64_t change : alive) {
      now += change;
      plan_.lower_bound_nbytes = std::max(plan_.lower_bound_nbytes, now);
    }
  }

  void WriteSlots() {
    for (size_t id = 0; id < base_.size(); ++id) {
      if (block_of_[id] >= 0) {
        plan_.slots[id] = {Slot::Place::kArena, 0,
                           blocks_[static_cast<size_t>(block_of_[id])].offset};
      }
    }
    for (size_t id = 0; id < base_.size(); ++id) {
      plan_.slots[id] = plan_.slots[static_cast<size_t>(base_[id])];
      plan_.slots[id].offset += offset_[id];
    }
    std::vector<Copy> last;
    for (size_t i = 0; i < copied_.size(); ++i) {
      const ir::ValueId value = graph_.outputs()[static_cast<size_t>(copied_[i])].value;
      Copy copy{plan_.slots[static_cast<size_t>(value)],
                {Slot::Place::kOutput, copied_[i], 0},
                graph_.type(value).nbytes()};
      if (staging_[i] >= 0) {
        const Slot waiting{Slot::Place::kArena, 0,
                           blocks_[static_cast<size_t>(staging_[i])].offset};
        plan_.final_copies.push_back({copy.from, waiting, copy.nbytes});
        copy.from = waiting;
      }
      last.push_back(copy);
    }
    plan_.final_copies.insert(plan_.final_copies.end(), last.begin(), last.end());
    for (const auto& [node, block] : workspace_blocks_) {
      plan_.workspace[node] = blocks_[block].offset;
    }
  }

  const ir::Graph& graph_;
  const MemoryOptions& options_;
  absl::flat_hash_map<int32_t, int32_t> donated_;  // by output: the input in whose buffer it is
  std::vector<ir::ValueId> base_;                  // by value: the value whose bytes it is
  std::vector<int64_t> offset_;                    // by value: bytes from the start of its base
  std::vector<int32_t> last_use_;                  // by base value: the last node that reads it
  std::vector<int32_t> block_of_;                  // by base value, -1 outside the arena
  std::vector<bool> placed_;                       // by value: outside the arena
  std::vector<Block> blocks_;
  std::vector<int32_t> copied_;   // outputs that final_copies fills
  std::vector<int32_t> staging_;  // by entry of copied_: its block in the arena, or -1
  std::vector<std::pair<size_t, size_t>> workspace_blocks_;  // node, block
  MemoryPlan plan_;
};

}  // namespace

MemoryPlan PlanMemory(const ir::Graph& graph, const MemoryOptions& options) {
  return Planner(graph, options).Run();
}

}  // namespace tricorn::plan
