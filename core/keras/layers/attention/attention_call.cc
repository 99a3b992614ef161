#include "core/keras/layers/attention/attention_call.h"

#include <algorithm>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

constexpr std::string_view kNames[] = {"query",
                                       "value",
                                       "key",
                                       "query_mask",
                                       "value_mask",
                                       "key_mask",
                                       "attention_mask",
                                       "return_attention_scores",
                                       "training",
                                       "use_causal_mask"};

// The argument called `name`; nullptr when not given.
template <typename T>
const Nest<T>* Find(const CallArguments<T>& arguments, std::string_view name) {
  const auto position =
      static_cast<size_t>(std::find(std::begin(kNames), std::end(kNames), name) - kNames);
  const Nest<T>* given =
      position < arguments.args.size() ? &arguments.args[position] : arguments.Keyword(name);
  if (given != nullptr && given->is_literal() && given->literal().is_null()) return nullptr;
  return given;
}

template <typename T>
absl::Status CheckNames(const CallArguments<T>& arguments) {
  if (arguments.args.size() > std::size(kNames)) {
    return InvalidArgument("expected at most {} arguments, received {}", std::size(kNames),
                           arguments.args.size());
  }
  for (const auto& [name, value] : arguments.kwargs) {
    if (std::find(std::begin(kNames), std::end(kNames), name) == std::end(kNames)) {
      return InvalidArgument("expected no argument '{}'", name);
    }
  }
  return absl::OkStatus();
}

// A tensor; a default T when not given.
template <typename T>
absl::Status Read(const CallArguments<T>& arguments, std::string_view name, T* out) {
  const Nest<T>* given = Find(arguments, name);
  if (given == nullptr) return absl::OkStatus();
  if (!given->is_leaf()) return InvalidArgument("{}: expected a tensor", name);
  *out = given->leaf();
  return absl::OkStatus();
}
absl::Status Read(const CallArguments<ir::Value>& arguments, std::string_view name, bool* out) {
  const Nest<ir::Value>* given = Find(arguments, name);
  if (given == nullptr) return absl::OkStatus();
  if (!given->is_literal() || !given->literal().is_bool()) {
    return InvalidArgument("{}: expected true or false", name);
  }
  *out = given->literal().AsBool();
  return absl::OkStatus();
}

ir::Value And(ir::Value a, ir::Value b) { return a ? ops::LogicalAnd(a, b) : b; }

}  // namespace

absl::StatusOr<AttentionCall> ReadAttentionCall(CallContext& context,
                                                const CallArguments<ir::Value>& arguments) {
  AttentionCall call;
  RETURN_IF_ERROR(CheckNames(arguments));
  RETURN_IF_ERROR(Read(arguments, "query", &call.query));
  RETURN_IF_ERROR(Read(arguments, "value", &call.value));
  RETURN_IF_ERROR(Read(arguments, "key", &call.key));
  RETURN_IF_ERROR(Read(arguments, "query_mask", &call.query_mask));
  RETURN_IF_ERROR(Read(arguments, "value_mask", &call.value_mask));
  RETURN_IF_ERROR(Read(arguments, "key_mask", &call.key_mask));
  RETURN_IF_ERROR(Read(arguments, "attention_mask", &call.attention_mask));
  RETURN_IF_ERROR(Read(arguments, "return_attention_scores", &call.return_attention_scores));
  RETURN_IF_ERROR(Read(arguments, "use_causal_mask", &call.use_causal_mask));
  if (Find(arguments, "training") != nullptr) {
    return Unimplemented("training: expected by name, received by position");
  }
  if (!call.query || !call.value) return InvalidArgument("expected query and value");
  call.has_key = static_cast<bool>(call.key);
  if (!call.query_mask) call.query_mask = context.MaskOf(call.query);
  if (!call.value_mask) call.value_mask = context.MaskOf(call.value);
  if (call.has_key && !call.key_mask) call.key_mask = context.MaskOf(call.key);
  if (!call.has_key) call.key = call.value;
  return call;
}

ir::Value CombinedMask(const AttentionCall& call, const std::optional<int64_t>& sliding_window) {
  const auto as_bool = [](ir::Value mask) { return ops::Cast(mask, DType::kBool); };
  ir::Value mask;
  if (call.attention_mask) mask = as_bool(call.attention_mask);
  if (call.query_mask) mask = And(mask, ops::ExpandDims(as_bool(call.query_mask), {-1}));
  for (const ir::Value& keys : {call.value_mask, call.key_mask}) {
    if (keys) mask = And(mask, ops::ExpandDims(as_bool(keys), {-2}));
  }
  if (!call.use_causal_mask && !sliding_window) return mask;
  ir::Builder& builder = call.query.builder();
  const ir::Type type{DType::kI32, {1, call.query.dim(1), call.value.dim(1)}};
  const ir::Value row = ops::Iota(builder, type, 1);
  const ir::Value column = ops::Iota(builder, type, 2);
  if (call.use_causal_mask) mask = And(mask, ops::GreaterEqual(row, column));
  if (sliding_window) {
    mask = And(mask, ops::Less(ops::Absolute(row - column), *sliding_window));
  }
  return mask;
}

ir::Value ExpandMask(ir::Value mask, int rank, int num_axes) {
  for (int r = mask.rank(); r < rank; ++r) {
    mask = ops::ExpandDims(mask, {-2 * num_axes - 1});
  }
  return mask;
}

absl::StatusOr<AttentionTypes> ReadAttentionTypes(const CallArguments<SymbolicType>& arguments) {
  RETURN_IF_ERROR(CheckNames(arguments));
  const Nest<SymbolicType>* query = Find(arguments, "query");
  const Nest<SymbolicType>* value = Find(arguments, "value");
  const Nest<SymbolicType>* key = Find(arguments, "key");
  if (key == nullptr) key = value;
  if (query == nullptr || value == nullptr || !query->is_leaf() || !value->is_leaf() ||
      !key->is_leaf()) {
    return InvalidArgument("expected query, value and, if given, key as tensors");
  }
  AttentionTypes types{query->leaf(), value->leaf(), key->leaf()};
  const auto lengths = [](const SymbolicType& type) {
    return type.rank() < 3 ? SymbolicShape()
                           : SymbolicShape(type.shape.begin() + 1, type.shape.end() - 1);
  };
  if (types.query.rank() < 3 || types.value.rank() != types.query.rank() ||
      lengths(types.value) != lengths(types.key)) {
    return InvalidArgument(
        "expected query, value and key of the same three axes or more, with as many keys as "
        "values, received {}, {} and {}",
        ToString(types.query.shape), ToString(types.value.shape), ToString(types.key.shape));
  }
  return types;
}

Json AttentionBuildConfig(const CallArguments<SymbolicType>& arguments) {
  Json::Object shapes;
  for (const char* name : {"query", "value", "key"}) {
    const Nest<SymbolicType>* given = Find(arguments, name);
    if (given != nullptr && given->is_leaf()) {
      shapes.emplace_back(std::string(name) + "_shape", ToJson(given->leaf().shape));
    }
  }
  return Json::MakeObject({{"shapes_dict", Json(std::move(shapes))}});
}

}  // namespace tricorn::keras
