#include "tests/bench/engine/workload.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "core/base/status.h"

namespace tricorn::bench {

std::optional<TransformerConfig> Workload::transformer() const {
  TransformerConfig c;
  const std::vector<std::string> parts = absl::StrSplit(name, '_');
  if (parts[0] == "gpt2") {
    c.vocabulary = 50304;
    c.length = 1024;
    c.classes = 0;
  } else if (parts[0] != "bert") {
    return std::nullopt;
  }
  for (size_t i = 1; i < parts.size(); ++i) {
    int64_t number = 0;
    if (!absl::SimpleAtoi(parts[i].substr(1), &number) || number < 1) return std::nullopt;
    (parts[i][0] == 's' ? c.length : c.layers) = number;
  }
  if (smoke) {
    c.layers = 2;
    c.vocabulary = 512;
    c.length = std::min<int64_t>(c.length, 128);
  }
  return c;
}

int64_t Workload::sequence_length() const {
  if (const std::optional<TransformerConfig> c = transformer()) return c->length;
  if (!name.starts_with("lstm")) return 1;
  if (smoke) return 16;
  return name == "lstm" ? 256 : 64;
}

int64_t Workload::image_size() const { return smoke ? 64 : 224; }

std::string_view Workload::unit() const {
  if (transformer()) return "tokens/s";
  if (name == "resnet50") return "images/s";
  return name.starts_with("lstm") ? "sequences/s" : "samples/s";
}

int64_t Workload::units_per_sample() const { return transformer() ? sequence_length() : 1; }

double Workload::TrainFlops() const {
  const auto samples = static_cast<double>(batch);
  if (name == "mlp") return 6 * samples * (784.0 * 512 + 512.0 * 512 + 512.0 * 10);
  if (name == "cnn") return 6 * samples * (26.0 * 26 * 9 * 32 + 11.0 * 11 * 9 * 32 * 64 + 16000);
  if (name == "resnet50") {
    const double scale = static_cast<double>(image_size()) / 224;
    return 3 * 2 * 4.089e9 * samples * scale * scale;
  }
  // Per step and sample: a row of inputs and one of states times the weights of four gates.
  if (name == "lstm") return 6 * samples * 256 * (4.0 * 512 * (128 + 512) + 4.0 * 512 * 1024);
  if (name == "lstm_small") return 6 * samples * 64 * 4.0 * 128 * 256;
  if (const std::optional<TransformerConfig> c = transformer()) {
    const auto dim = static_cast<double>(c->dim), layers = static_cast<double>(c->layers);
    const auto length = static_cast<double>(c->length);
    double weights = layers * 12 * dim * dim;
    if (c->is_decoder()) weights += static_cast<double>(c->vocabulary) * dim;
    return samples * length * (6 * weights + 12 * layers * dim * length);
  }
  return 0;
}

absl::StatusOr<Workload> ParseWorkload(std::string_view text) {
  Workload workload;
  const size_t first = text.find(':');
  const size_t second = text.find(':', first + 1);
  if (first == text.npos || second == text.npos) {
    return InvalidArgument("workload: expected NAME:BATCH:DTYPE, received {}", text);
  }
  workload.name = text.substr(0, first);
  workload.dtype = text.substr(second + 1);
  const std::string_view batch = text.substr(first + 1, second - first - 1);
  const auto [end, error] = std::from_chars(batch.begin(), batch.end(), workload.batch);
  if (error != std::errc() || end != batch.end() || workload.batch < 1) {
    return InvalidArgument("workload: expected a positive batch, received {}", text);
  }
  return workload;
}

}  // namespace tricorn::bench
