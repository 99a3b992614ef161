#pragma once

#include <optional>

#include "core/keras/layers/enum_json.h"
#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_ref.h"
#include "core/keras/layers/recurrent/recurrent_layer.h"

namespace tricorn::keras {

// How the outputs of the two directions become one.
enum class MergeMode : uint8_t { kConcat, kSum, kMultiply, kAverage };

inline constexpr std::array<std::string_view, 4> kMergeModeNames = {"concat", "sum", "mul", "ave"};
inline Json ToJson(MergeMode mode) { return EnumToJson(mode, kMergeModeNames); }
inline absl::Status FromJson(const Json& json, MergeMode* out) {
  return EnumFromJson(json, kMergeModeNames, out);
}

// No merge_mode keeps both outputs. A backward_layer is made from `layer` when none is given.
struct BidirectionalConfig {
  std::optional<MergeMode> merge_mode = MergeMode::kConcat;
  LayerRef layer = nullptr;
  LayerRef backward_layer = nullptr;
  FIELDS(merge_mode, layer, backward_layer)
};

namespace layers {

// A recurrent layer walking forwards and one walking backwards, over the same sequence.
// Inputs:   as those of the layers; of initial_state the first half is the forward layer's.
// Outputs:  the merged outputs, or both, those of sequences in the order of the input; then with
//           return_state the states of both. Masked steps of sequences are zero.
// Errors:   InvalidArgument unless both are recurrent layers that differ in go_backwards and agree
// in
//           stateful, return_sequences and return_state.
// Source:   Keras 3 `Bidirectional`.
class Bidirectional : public LayerWith<Bidirectional, BidirectionalConfig> {
 public:
  static constexpr std::string_view kClassName = "Bidirectional";
  explicit Bidirectional(BidirectionalConfig config = {}, LayerOptions options = {});

  std::vector<Child> children() const override;
  void ResetState();

 protected:
  absl::Status CheckConfig() const override;
  absl::Status BuildWith(const CallArguments<SymbolicType>& arguments) override;
  ir::Values CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments) override;

 private:
  ir::Values Merge(ir::Value forward, ir::Value backward) const;

  std::shared_ptr<RecurrentLayer> forward_;  // null when the config's is none
  std::shared_ptr<RecurrentLayer> backward_;
};

}  // namespace layers

using Bidirectional = LayerOf<layers::Bidirectional>;

}  // namespace tricorn::keras
