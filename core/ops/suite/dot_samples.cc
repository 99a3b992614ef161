#include "core/ops/dot/dot.h"
#include "core/ops/suite/sample.h"

namespace tricorn::ops {

void AddDotSamples(SampleList& samples) {
  const auto add = [&](std::string_view what, Shape a, Shape b, DotGeneralAttrs attrs) {
    samples.push_back({fmt::format("dot_general/{}", what),
                       &kDotGeneral,
                       std::move(attrs),
                       {Uniform(std::move(a), -1, 1), Uniform(std::move(b), -1, 1)}});
  };
  add("matrices", {3, 4}, {4, 5}, {{}, {}, {1}, {0}});
  add("transposed", {4, 3}, {5, 4}, {{}, {}, {0}, {1}});
  add("vectors", {4}, {4}, {{}, {}, {0}, {0}});
  add("outer", {3}, {2}, {});
  add("batched", {2, 3, 4}, {2, 4, 5}, {{0}, {0}, {2}, {1}});
  add("batch inside", {3, 2, 4}, {4, 5, 2}, {{1}, {2}, {2}, {0}});
  add("two contracted", {2, 3, 4}, {4, 5, 3}, {{}, {}, {1, 2}, {2, 0}});
  add("few columns", {17, 20}, {20, 3}, {{}, {}, {1}, {0}});
  add("few columns, transposed", {18, 20}, {10, 20}, {{}, {}, {1}, {1}});
  add("few column sums", {19, 16}, {19, 3}, {{}, {}, {0}, {0}});
  add("few contracted", {17, 5}, {12, 5}, {{}, {}, {1}, {1}});
  add("few contracted rows", {3, 17}, {3, 8}, {{}, {}, {0}, {0}});
  add("two batches", {2, 3, 4, 5}, {3, 2, 5, 1}, {{0, 1}, {1, 0}, {3}, {2}});
  samples.push_back(
      {"dot_general/int32",
       &kDotGeneral,
       DotGeneralAttrs{{}, {}, {1}, {0}},
       {Integers(DType::kI32, {2, 2}, {1, 2, 3, 4}), Integers(DType::kI32, {2, 1}, {5, -6})}});
  samples.push_back({"dot_general/int8",
                     &kDotGeneral,
                     DotGeneralAttrs{{}, {}, {1}, {0}},
                     {Integers(DType::kI8, {2, 3}, {127, -128, 127, 1, 2, -3}),
                      Integers(DType::kI8, {3, 2}, {127, 5, -128, 6, 127, -7})}});
  // Sums that 16 bits do not hold.
  samples.push_back({"dot_general/int8, long",
                     &kDotGeneral,
                     DotGeneralAttrs{{}, {}, {1}, {0}},
                     {Uniform({9, 70}, -128, 128).Cast(DType::kI8),
                      Uniform({70, 33}, 90, 128).Cast(DType::kI8)}});
}

}  // namespace tricorn::ops
