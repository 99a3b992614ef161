#include <optional>

#include "core/base/status.h"
#include "core/keras/layers/operations/op_arguments.h"
#include "core/keras/layers/operations/op_table.h"
#include "core/transform/gradient/autodiff.h"
#include "tests/conformance/expect_close.h"
#include "tests/conformance/op_call.h"
#include "tests/conformance/runners.h"
#include "tests/conformance/traced.h"

namespace tricorn::conformance {
namespace {

constexpr std::string_view kPrefix = "keras.ops.";

// The length that the result's shape needs and only the data tells, if the op asks for one.
absl::StatusOr<std::optional<int64_t>> DataLength(const Case& test, const Json& call,
                                                  const keras::OpEntry& op,
                                                  backend::Device& device) {
  Traced traced;
  ASSIGN_OR_RETURN(const OpCallArguments arguments, ReadOpCall(test, call, traced));
  keras::OpArguments bound(traced.builder(), op.parameters, arguments.call, Json());
  op.function(bound);
  if (!bound.unknown_length()) return std::nullopt;
  traced.Output("length", *bound.unknown_length());
  ASSIGN_OR_RETURN(const std::vector<Tensor> length, traced.Evaluate(device));
  return static_cast<int64_t>(length[0].At(0));
}

absl::Status RunCall(const Case& test, const Json& call, const keras::OpEntry& op,
                     backend::Device& device) {
  ASSIGN_OR_RETURN(const std::optional<int64_t> length, DataLength(test, call, op, device));
  Traced traced;
  ASSIGN_OR_RETURN(const OpCallArguments arguments, ReadOpCall(test, call, traced));
  keras::OpArguments bound(traced.builder(), op.parameters, arguments.call, Json());
  if (length) bound.set_length(*length);
  const ir::Values outputs = op.function(bound);
  RETURN_IF_ERROR(traced.builder().status());
  const Json::Array& names = call["outputs"].AsArray();
  if (names.size() != outputs.size()) {
    return Internal("outputs: expected {}, received {}", names.size(), outputs.size());
  }
  std::vector<Json> expected;
  const auto expect = [&](ir::Value value, const Json& name) {
    traced.Output(name.AsString(), value);
    expected.push_back(name);
  };
  ir::Values ys, dys, xs;
  for (size_t i = 0; i < outputs.size(); ++i) {
    expect(outputs[i], names[i]);
    const Json& weight = call["loss_weights"][names[i].AsString()];
    if (weight.is_null()) continue;
    ASSIGN_OR_RETURN(const Tensor value, test.Array(weight));
    ys.push_back(outputs[i]);
    dys.push_back(traced.builder().Constant(value.Cast(outputs[i].dtype())));
  }
  std::vector<Json> gradients;
  if (call["input_grads"].is_object()) {
    for (const auto& [name, gradient] : call["input_grads"].AsObject()) {
      const auto input = arguments.arrays.find(name);
      if (input == arguments.arrays.end()) return Internal("{}: expected an argument", name);
      xs.push_back(input->second);
      gradients.push_back(gradient);
    }
  }
  if (!ys.empty() && !xs.empty()) {
    ASSIGN_OR_RETURN(const ir::Values dxs, transform::Gradients(traced.builder(), ys, dys, xs));
    for (size_t i = 0; i < dxs.size(); ++i) expect(dxs[i], gradients[i]);
  }
  ASSIGN_OR_RETURN(const std::vector<Tensor> got, traced.Evaluate(device));
  for (size_t i = 0; i < expected.size(); ++i) {
    RETURN_IF_ERROR(ExpectClose(test, expected[i].AsString(), got[i], expected[i]));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RunOp(const Case& test, backend::Device& device) {
  std::string_view name = test["op"].AsString();
  if (name.substr(0, kPrefix.size()) == kPrefix) name.remove_prefix(kPrefix.size());
  const keras::OpEntry* op = keras::FindKerasOp(name);
  if (op == nullptr) return NotFound("op '{}'", name);
  for (const Json& call : test["calls"].AsArray()) {
    RETURN_IF_ERROR(RunCall(test, call, *op, device));
  }
  return absl::OkStatus();
}

}  // namespace tricorn::conformance
