#pragma once

#include <cstdint>
#include <vector>

#include "core/backend/cpu/elementwise/elementwise_loops.h"
#include "core/ir/graph.h"

namespace tricorn::backend::cpu {

// Where the elements of a value of a fused region are while a block of them is computed.
struct RegionPlace {
  enum class Kind : uint8_t {
    kOperand,  // the operand's own bytes
    kScratch,  // a block of scratch memory
    kResult,   // the result's own bytes, or its staging block
  };
  Kind kind = Kind::kScratch;
  int32_t index = 0;
};

// A value that repeats elements of an operand or of a scalar constant.
struct RegionSplat {
  int32_t scratch = 0;
  int64_t element_nbytes = 0;
  int32_t operand = -1;  // or a constant:
  const std::byte* constant = nullptr;
  // Axes of the result shape that lie together walked as one: lengths, and strides in elements.
  // Without axes, one element everywhere.
  std::vector<int64_t> lengths;
  std::vector<int64_t> strides;
};

struct RegionInstruction {
  ElementwiseLoop loop = nullptr;
  std::vector<RegionPlace> operands;
  RegionPlace result;
};

// A fused region as straight-line code over blocks of elements.
struct RegionProgram {
  std::vector<RegionSplat> splats;  // those with one element first
  std::vector<RegionInstruction> instructions;
  std::vector<int32_t>
      last_read;                 // by operand: the last instruction that reads its own bytes, or -1
  std::vector<int32_t> written;  // by result: the instruction that computes it
  std::vector<int64_t> operand_nbytes;  // of one element, by operand
  std::vector<int64_t> result_nbytes;   // of one element, by result
  int32_t num_scratch = 0;
  int64_t max_element_nbytes = 1;
  int64_t num_elements = 0;
};

// False when an op has no loop for its dtypes. `region` must outlive the program: constants stay
// where they are.
bool CompileRegion(const ir::Graph& region, RegionProgram* program);

}  // namespace tricorn::backend::cpu
