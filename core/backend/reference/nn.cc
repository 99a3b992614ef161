#include "core/ops/nn/nn.h"

#include <algorithm>
#include <limits>

#include "core/backend/reference/primitive.h"
#include "core/ops/nn/ctc_beam.h"

namespace tricorn::backend::reference {
namespace {

absl::Status CtcBeamSearch(const Call& c) {
  const auto& a = c.attrs<ops::CtcBeamSearchAttrs>();
  const Shape& shape = c.x(0).shape();
  const int64_t batch = shape[0], frames = shape[1], num_classes = shape[2];
  std::fill(c.results[0].values.begin(), c.results[0].values.end(), -1);
  std::fill(c.results[1].values.begin(), c.results[1].values.end(),
            -std::numeric_limits<double>::infinity());
  for (int64_t b = 0; b < batch; ++b) {
    // The first frame counts even of an empty sequence, as in Keras.
    const auto length =
        std::clamp<int64_t>(static_cast<int64_t>(c.x(1).values[static_cast<size_t>(b)]), 1, frames);
    const double* from = c.x(0).values.data() + b * frames * num_classes;
    int64_t k = 0;
    for (const ops::CtcPath& path : ops::CtcBeam(from, length, num_classes, a)) {
      std::copy(path.classes.begin(), path.classes.end(),
                c.results[0].values.begin() + (k * batch + b) * frames);
      c.results[1].values[static_cast<size_t>(b * a.top_paths + k++)] = path.score;
    }
  }
  return absl::OkStatus();
}

}  // namespace

void AddNn(PrimitiveTable& table) { table[ops::kCtcBeamSearch.name] = CtcBeamSearch; }

}  // namespace tricorn::backend::reference
