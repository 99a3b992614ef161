#include "core/backend/cpu/elementwise/region_program.h"

#include <algorithm>
#include <optional>

#include "core/base/status.h"
#include "core/ir/builder.h"
#include "core/ops/shape/shape.h"

namespace tricorn::backend::cpu {
namespace {

class RegionCompiler {
 public:
  RegionCompiler(const ir::Graph& region, RegionProgram& program)
      : region_(region), program_(program), values_(region.values().size()) {}

  bool Run() {
    shape_ = region_.type(region_.outputs()[0].value).shape;
    program_.num_elements = shape_.num_elements();
    AddOperands();
    AddResults();
    CountReads();
    for (const ir::Node& node : region_.nodes()) {
      if (const Tensor* value = ir::ConstantValue(&node)) {
        At(node.results[0]).constant = value->bytes();
        At(node.results[0]).strides.assign(static_cast<size_t>(value->shape().rank()), 0);
      } else if (node.op == &ops::kBroadcast) {
        Broadcast(node);
      } else if (!Compute(node)) {
        return false;
      }
    }
    std::stable_partition(program_.splats.begin(), program_.splats.end(),
                          [](const RegionSplat& splat) { return splat.lengths.empty(); });
    return true;
  }

 private:
  // What is known of a value of the region.
  struct Known {
    std::optional<RegionPlace> place;     // once its elements lie one after another
    int32_t operand = -1;                 // else a view of an operand
    const std::byte* constant = nullptr;  // or of a constant
    std::vector<int64_t> strides;         // of the view
    int32_t result = -1;                  // of the node, if it is one
    int32_t reads = 0;                    // still to come
    bool keeps_scratch = false;           // its scratch block is filled once, or per block
  };

  Known& At(ir::ValueId id) { return values_[static_cast<size_t>(id)]; }

  void AddOperands() {
    program_.last_read.assign(region_.inputs().size(), -1);
    for (size_t i = 0; i < region_.inputs().size(); ++i) {
      const ir::ValueId id = region_.inputs()[i].value;
      const ir::Type& type = region_.type(id);
      At(id).operand = static_cast<int32_t>(i);
      At(id).strides = type.shape.Strides();
      program_.operand_nbytes.push_back(SizeOf(type.dtype));
    }
  }

  void AddResults() {
    program_.written.assign(region_.outputs().size(), -1);
    for (size_t o = 0; o < region_.outputs().size(); ++o) {
      const ir::ValueId id = region_.outputs()[o].value;
      At(id).result = static_cast<int32_t>(o);
      program_.result_nbytes.push_back(SizeOf(region_.type(id).dtype));
    }
  }

  void CountReads() {
    for (const ir::ValueInfo& info : region_.values()) {
      program_.max_element_nbytes = std::max(program_.max_element_nbytes, SizeOf(info.type.dtype));
    }
    for (const ir::Node& node : region_.nodes()) {
      for (const ir::ValueId id : node.operands) ++At(id).reads;
    }
  }

  void Broadcast(const ir::Node& node) {
    const Known& from = At(node.operands[0]);
    Known& to = At(node.results[0]);
    CHECK(!from.place);  // a region broadcasts operands and constants only
    const auto& attrs = node.attrs.As<ops::BroadcastAttrs>();
    const Shape& from_shape = region_.type(node.operands[0]).shape;
    to.operand = from.operand;
    to.constant = from.constant;
    to.strides.assign(static_cast<size_t>(attrs.shape.rank()), 0);
    for (size_t k = 0; k < attrs.axes.size(); ++k) {
      if (from_shape[static_cast<int>(k)] == 1) continue;
      to.strides[static_cast<size_t>(attrs.axes[k])] = from.strides[k];
    }
  }

  bool Compute(const ir::Node& node) {
    RegionInstruction instruction;
    for (const ir::ValueId id : node.operands) {
      instruction.operands.push_back(PlaceOf(id));
    }
    const auto at = static_cast<int32_t>(program_.instructions.size());
    for (const RegionPlace& place : instruction.operands) {
      if (place.kind == RegionPlace::Kind::kOperand) {
        program_.last_read[static_cast<size_t>(place.index)] = at;
      }
    }
    instruction.loop = FindElementwiseLoop(node.op->name, region_.type(node.operands.back()).dtype,
                                           region_.type(node.results[0]).dtype);
    if (instruction.loop == nullptr) return false;
    // The result may take an operand's block only where elements lie at the same places.
    const int64_t result_nbytes = SizeOf(region_.type(node.results[0]).dtype);
    const auto is_as_wide = [&](ir::ValueId id) {
      return SizeOf(region_.type(id).dtype) == result_nbytes;
    };
    for (const ir::ValueId id : node.operands) {
      if (is_as_wide(id)) Release(id);
    }
    Known& result = At(node.results[0]);
    if (result.result >= 0) {
      result.place = {RegionPlace::Kind::kResult, result.result};
      program_.written[static_cast<size_t>(result.result)] = at;
    } else {
      result.place = {RegionPlace::Kind::kScratch, TakeScratch()};
    }
    for (const ir::ValueId id : node.operands) {
      if (!is_as_wide(id)) Release(id);
    }
    instruction.result = *result.place;
    program_.instructions.push_back(std::move(instruction));
    return true;
  }

  // Where the elements of `id` lie; adds a splat for a view that repeats some.
  RegionPlace PlaceOf(ir::ValueId id) {
    Known& known = At(id);
    if (known.place) return *known.place;
    if (known.operand >= 0 && known.strides == DenseStrides()) {
      known.place = {RegionPlace::Kind::kOperand, known.operand};
      return *known.place;
    }
    RegionSplat splat{.scratch = program_.num_scratch++,
                      .element_nbytes = SizeOf(region_.type(id).dtype),
                      .operand = known.operand,
                      .constant = known.constant,
                      .lengths = {},
                      .strides = {}};
    for (int k = 0; k < shape_.rank(); ++k) {
      if (shape_[k] == 1) continue;
      const int64_t stride = known.strides[static_cast<size_t>(k)];
      if (!splat.lengths.empty() && splat.strides.back() == stride * shape_[k]) {
        splat.lengths.back() *= shape_[k];
        splat.strides.back() = stride;
      } else {
        splat.lengths.push_back(shape_[k]);
        splat.strides.push_back(stride);
      }
    }
    if (splat.lengths.size() <= 1 && (splat.strides.empty() || splat.strides[0] == 0)) {
      splat.lengths.clear();
      splat.strides.clear();
    }
    known.place = {RegionPlace::Kind::kScratch, splat.scratch};
    known.keeps_scratch = true;
    program_.splats.push_back(std::move(splat));
    return *known.place;
  }

  // Strides of the result shape; those of axes of length 1 are as a view has them, whatever it is.
  std::vector<int64_t> DenseStrides() const { return shape_.Strides(); }

  int32_t TakeScratch() {
    if (free_.empty()) return program_.num_scratch++;
    const int32_t block = free_.back();
    free_.pop_back();
    return block;
  }

  void Release(ir::ValueId id) {
    Known& known = At(id);
    if (--known.reads > 0 || known.keeps_scratch || !known.place) return;
    if (known.place->kind == RegionPlace::Kind::kScratch) free_.push_back(known.place->index);
  }

  const ir::Graph& region_;
  RegionProgram& program_;
  Shape shape_;
  std::vector<Known> values_;  // by value
  std::vector<int32_t> free_;  // scratch blocks
};

}  // namespace

bool CompileRegion(const ir::Graph& region, RegionProgram* program) {
  return RegionCompiler(region, *program).Run();
}

}  // namespace tricorn::backend::cpu
