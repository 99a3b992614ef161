#pragma once

#include <concepts>
#include <memory>
#include <utility>

#include "core/keras/layers/layer.h"

namespace tricorn::keras {

// A config member that holds a layer, which whoever has the config may call: what wrappers wrap.
class LayerRef {
 public:
  LayerRef() = default;
  LayerRef(std::nullptr_t) {}  // NOLINT
  // A shared layer, or a handle on one.
  template <std::convertible_to<std::shared_ptr<Layer>> L>
  LayerRef(L layer) : layer_(std::move(layer)) {}  // NOLINT

  explicit operator bool() const { return layer_ != nullptr; }
  Layer& operator*() const { return *layer_; }
  Layer* operator->() const { return layer_.get(); }
  const std::shared_ptr<Layer>& get() const { return layer_; }

  // Equal when they serialize to the same.
  friend bool operator==(const LayerRef& a, const LayerRef& b) { return ToJson(a) == ToJson(b); }
  friend Json ToJson(const LayerRef& ref) {
    return ref.layer_ == nullptr ? Json() : ref.layer_->Serialize();
  }
  absl::Status Decode(const Json& json, const Deserializer& deserializer) {
    layer_ = nullptr;
    if (json.is_null()) return absl::OkStatus();
    ASSIGN_OR_RETURN(layer_, deserializer.Object<Layer>(json));
    return absl::OkStatus();
  }

 private:
  std::shared_ptr<Layer> layer_;
};

}  // namespace tricorn::keras
