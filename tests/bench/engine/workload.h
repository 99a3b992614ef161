#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "tests/bench/engine/transformer.h"

namespace tricorn::bench {

// What is measured, written NAME:BATCH:DTYPE as the peers' harness writes it: "mlp:128:fp32".
struct Workload {
  std::string name;
  int64_t batch = 1;
  std::string dtype;
  bool smoke = false;  // so small that it proves the code path alone

  // Of bert and gpt2, with the length of sequences (_s512) and the number of layers (_l24) where
  // they are not the usual ones; none for other names.
  std::optional<TransformerConfig> transformer() const;

  int64_t sequence_length() const;  // of ids; 1 for images
  int64_t image_size() const;       // of resnet50
  // What throughput counts, and how many of them are in a sample: tokens in one of text.
  std::string_view unit() const;
  int64_t units_per_sample() const;

  // Arithmetic of the matrix products of one training step as the harness counts it: forward and
  // twice as much backward.
  double TrainFlops() const;
};

// Errors: InvalidArgument for anything but three fields with a positive batch.
absl::StatusOr<Workload> ParseWorkload(std::string_view text);

}  // namespace tricorn::bench
