#pragma once

#include "core/keras/layers/enum_json.h"

namespace tricorn::keras {

// How far a sliding window may reach over the ends of an axis. kCausal (Conv1D, DepthwiseConv1D):
// so far that no output depends on later inputs.
enum class WindowPadding : uint8_t { kValid, kSame, kCausal };

inline constexpr std::array<std::string_view, 3> kWindowPaddingNames = {"valid", "same", "causal"};
inline Json ToJson(WindowPadding padding) { return EnumToJson(padding, kWindowPaddingNames); }
inline absl::Status FromJson(const Json& json, WindowPadding* out) {
  return EnumFromJson(json, kWindowPaddingNames, out);
}

}  // namespace tricorn::keras
