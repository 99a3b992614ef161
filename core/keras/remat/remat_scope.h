#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/fields.h"

namespace tricorn::keras {

// What is computed again, of what a model calls:
//   "full"            every call, each on its own;
//   "activations"     the activation functions of layers;
//   "larger_than"     calls whose outputs have more than output_size_threshold elements together;
//   "list_of_layers"  calls of the layers of these names;
//   "auto"            all calls, about sqrt(n) together: of n layers' memory some 2 sqrt(n) stay,
//                     for one more forward pass.
// Source: Keras 3 `RematScope`; Chen et al. 2016 for "auto".
struct RematPolicy {
  std::string mode = "full";
  int64_t output_size_threshold = 1024;
  std::vector<std::string> layer_names = {};
  FIELDS(mode, output_size_threshold, layer_names)

  // Errors: InvalidArgument for another mode.
  absl::Status Check() const;
  // "full", "auto", "activations", "larger_than:4096" or "list_of_layers:dense,dense_1".
  static absl::StatusOr<RematPolicy> Parse(std::string_view text);
};

// While it lives, what its thread traces goes by this policy; by none if that is nullopt.
class RematScope {
 public:
  explicit RematScope(std::optional<RematPolicy> policy);
  ~RematScope();
  RematScope(const RematScope&) = delete;
  RematScope& operator=(const RematScope&) = delete;

 private:
  const std::optional<RematPolicy> policy_;
  const RematScope* const outer_;
  friend const RematPolicy* CurrentRematPolicy();
};

// nullptr for none.
const RematPolicy* CurrentRematPolicy();

}  // namespace tricorn::keras
