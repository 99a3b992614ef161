#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/ir/builder.h"

// What the op suite runs: at least one call of every registered op, with concrete operands. The
// suite of each backend runs them too.

namespace tricorn::ops {

struct Sample {
  std::string name = {};  // "max_pool/padded"
  const ir::OpDef* op = nullptr;
  ir::Attrs attrs = {};
  std::vector<Tensor> operands = {};  // floating ones in float64
  // Whether gradients are to agree with finite differences: not across a barrier to gradients.
  bool differentiable = true;
  // Whether gradients of gradients are too.
  bool twice_differentiable = true;
  double gradient_tolerance = 1e-6;
  // Operands that stay float32 where the others are in half precision.
  std::vector<size_t> float32_operands = {};
  // Of control flow: the regions for floating operands of this dtype.
  std::function<ir::Regions(DType)> regions = nullptr;
};

// Every sample of every folder.
std::vector<Sample> AllSamples();

// Whether there is an operand whose dtype varies.
bool HasFloatingOperand(const Sample& sample);
// The operands with the floating ones in `dtype`.
std::vector<Tensor> OperandsIn(const Sample& sample, DType dtype);
// One node: inputs x0, x1, ... and outputs y0, y1, ...
absl::StatusOr<ir::Graph> SampleGraph(const Sample& sample, DType dtype);
// The regions; none for an op without.
ir::Regions RegionsIn(const Sample& sample, DType dtype);

// Its name, as gtest prints parameters.
inline void PrintTo(const Sample& sample, std::ostream* out) { *out << sample.name; }

// -- Operands that samples are made of; the same numbers in every run ----------------------------

Tensor Uniform(Shape shape, double low, double high);
// The numbers -1, ..., 1 in equal steps, shuffled: no two are near each other, none is near 0.
Tensor Distinct(Shape shape);
Tensor Integers(DType dtype, Shape shape, std::vector<int64_t> values);

// -- One function a folder ------------------------------------------------------------------------

using SampleList = std::vector<Sample>;
void AddElementwiseSamples(SampleList& samples);
void AddShapeSamples(SampleList& samples);
void AddReduceSamples(SampleList& samples);
void AddDotSamples(SampleList& samples);
void AddConvSamples(SampleList& samples);
void AddPoolSamples(SampleList& samples);
void AddGatherSamples(SampleList& samples);
void AddImageSamples(SampleList& samples);
void AddRandomSamples(SampleList& samples);
void AddNnSamples(SampleList& samples);
void AddAttentionSamples(SampleList& samples);
void AddLayerNormSamples(SampleList& samples);
void AddOptimizerSamples(SampleList& samples);
void AddCollectiveSamples(SampleList& samples);
void AddQuantizeSamples(SampleList& samples);
void AddLinalgSamples(SampleList& samples);
void AddFftSamples(SampleList& samples);
void AddSpecialSamples(SampleList& samples);
void AddControlSamples(SampleList& samples);
void AddRecurrentSamples(SampleList& samples);

}  // namespace tricorn::ops
