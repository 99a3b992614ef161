#include "core/ops/fft/fft.h"
#include "core/ops/suite/sample.h"

namespace tricorn::ops {

void AddFftSamples(SampleList& samples) {
  for (const int64_t length : {1, 5, 8, 12}) {
    for (const bool inverse : {false, true}) {
      samples.push_back({.name = fmt::format("fft/{}{}", length, inverse ? " inverse" : ""),
                         .op = &kFft,
                         .attrs = FftAttrs{inverse},
                         .operands = {Uniform({2, length}, -1, 1), Uniform({2, length}, 0, 1)}});
    }
  }
}

}  // namespace tricorn::ops
