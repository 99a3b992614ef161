#pragma once

#include <string>
#include <string_view>

#include "core/keras/layers/operation.h"
#include "core/keras/layers/operations/op_table.h"

namespace tricorn::keras {

// A function of keras.ops as a step of a functional model: static arguments are its config, tensors
// the arguments of its call.
class OpCall : public Operation {
 public:
  OpCall(const OpEntry& entry, Json config);

  std::string_view class_name() const override { return entry_.class_name; }
  std::string_view module() const override { return module_; }
  std::string_view registered_name() const override { return entry_.class_name; }
  Json GetConfig() const override;
  ir::Values CallWith(CallContext& context, const CallArguments<ir::Value>& arguments) override;

 private:
  const OpEntry entry_;
  const std::string module_;
  const Json config_;  // without the name
};

}  // namespace tricorn::keras
