#include "core/ops/random/random.h"
#include "core/ops/suite/sample.h"

namespace tricorn::ops {

void AddRandomSamples(SampleList& samples) {
  const Tensor key = Tensor::From<uint32_t>({2}, {17, 42});
  samples.push_back({"random_bits", &kRandomBits, RandomBitsAttrs{{3, 5}}, {key}});
  for (const OpDef* op : {&kRandomUniform, &kRandomNormal, &kRandomTruncatedNormal}) {
    for (const DType dtype : {DType::kF32, DType::kF16}) {
      samples.push_back(
          {fmt::format("{}/{}", op->name, Name(dtype)), op, RandomAttrs{dtype, {4, 5}}, {key}});
    }
  }
  samples.push_back({"erfinv", &kErfinv, {}, {Uniform({20}, -0.99, 0.99)}});
  samples.back().gradient_tolerance = 1e-4;  // the approximation is one for single precision
}

}  // namespace tricorn::ops
