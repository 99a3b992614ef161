#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/keras/layers/call_arguments.h"
#include "core/ops/op.h"
#include "core/ops/promotion.h"

namespace tricorn::keras {

// What a function of keras.ops is called with, by the names of its parameters. Arguments come from
// the call, or were kept in the config of a functional model's step. The first that is missing, of
// another kind or not a parameter is an error in the builder, and stands in as an empty one.
class OpArguments {
 public:
  // `parameters` in their order: "x axis keepdims"; the last may be "*xs", which takes the rest of
  // the positional arguments, or "**names", which takes the rest of the keywords.
  OpArguments(ir::Builder& builder, std::string_view parameters,
              const CallArguments<ir::Value>& call, const Json& config);

  ir::Builder& builder() const { return builder_; }
  // Whether the argument was given and is not None.
  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  bool IsGiven(std::string_view name) const { return bound_.contains(name); }  // None too
  bool IsList(std::string_view name) const;
  // A tensor; numbers and lists of them become constants, lists of tensors are stacked.
  ir::Value Tensor(std::string_view name) const;
  ops::Arg TensorOrNumber(std::string_view name) const;
  // The tensors of a list, or of "*xs".
  ir::Values Tensors(std::string_view name) const;
  int64_t Int(std::string_view name, std::optional<int64_t> otherwise = std::nullopt) const;
  double Number(std::string_view name, std::optional<double> otherwise = std::nullopt) const;
  bool Flag(std::string_view name, bool otherwise) const;
  std::string Text(std::string_view name, std::optional<std::string> otherwise) const;
  DType Dtype(std::string_view name, DType otherwise) const;
  // One integer or a list; empty when there is none, which mostly means all axes.
  ops::Axes Ints(std::string_view name) const;
  std::vector<ops::Axes> IntLists(std::string_view name) const;  // [[1, 2], [0]]
  Shape ShapeOf(std::string_view name) const { return Shape(Ints(name)); }
  const Json& Literal(std::string_view name) const;          // null when it is none
  const Nest<ir::Value>* Find(std::string_view name) const;  // nullptr when not given or None
  // Keywords that "**names" took.
  std::vector<std::pair<std::string, Nest<ir::Value>>> Keywords() const { return keywords_; }

  // The length of a result that follows from the data: `count`, a scalar. Who runs a call at once
  // computes unknown_length() when it was asked for, and calls again with set_length; a compiled
  // model refuses.
  int64_t LengthFrom(ir::Value count);
  void set_length(int64_t length) { length_ = length; }
  const std::optional<ir::Value>& unknown_length() const { return unknown_length_; }

  ir::Value Error(const absl::Status& status) const;

 private:
  void Bind(std::string_view name, Nest<ir::Value> value);
  ir::Value ToTensor(const Nest<ir::Value>& argument, std::string_view name) const;

  ir::Builder& builder_;
  std::string_view parameters_;
  std::map<std::string, Nest<ir::Value>, std::less<>> bound_;
  std::vector<std::pair<std::string, Nest<ir::Value>>> keywords_;
  std::optional<int64_t> length_;
  std::optional<ir::Value> unknown_length_;
};

}  // namespace tricorn::keras
