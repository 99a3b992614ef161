#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/keras/layers/operation.h"
#include "core/keras/serialization/deserializer.h"
#include "core/ops/promotion.h"

namespace tricorn::keras {

// What an op of keras.ops is called with: arguments of the call, and those kept in its config.
// Accessors put errors into the builder.
class OpArguments {
 public:
  OpArguments(ir::Builder& builder, const CallArguments<ir::Value>& call, const Json& config)
      : builder_(builder), call_(call), config_(config) {}

  ir::Builder& builder() const { return builder_; }
  size_t count() const { return call_.args.size(); }
  // Positional argument `i`: a tensor, a tensor or a number, the tensors of a list, plain JSON.
  ir::Value Tensor(size_t i) const;
  ops::Arg Number(size_t i) const;
  ir::Values Tensors(size_t i) const;
  const Json& Literal(size_t i) const;
  const Json& config(std::string_view key) const { return config_[key]; }
  // One axis or several; empty when null, which means all.
  std::vector<int64_t> Axes(std::string_view key) const;
  int64_t Int(std::string_view key, int64_t otherwise) const;
  bool Bool(std::string_view key) const;

  ir::Value Error(const absl::Status& status) const;

 private:
  ir::Builder& builder_;
  const CallArguments<ir::Value>& call_;
  const Json& config_;
};

using OpFunction = ir::Value (*)(const OpArguments& arguments);

// An op of keras.ops as a step of a functional model.
class OpCall : public Operation {
 public:
  OpCall(std::string_view class_name, std::string module, OpFunction function, Json config);

  std::string_view class_name() const override { return class_name_; }
  std::string_view module() const override { return module_; }
  std::string_view registered_name() const override { return class_name_; }
  Json GetConfig() const override;
  ir::Values CallWith(CallContext& context, const CallArguments<ir::Value>& arguments) override;

 private:
  const std::string class_name_;
  const std::string module_;
  const OpFunction function_;
  const Json config_;  // without the name
};

struct OpEntry {
  std::string_view class_name;
  std::string_view module;  // below keras.src.ops
  OpFunction function;
};
// The tables, by family.
std::vector<OpEntry> ElementwiseOps();
std::vector<OpEntry> ReduceOps();
std::vector<OpEntry> ShapeOps();

}  // namespace tricorn::keras
