#include <algorithm>

#include "core/backend/reference/interpreter.h"
#include "core/ops/control/control.h"

namespace tricorn::backend::reference {
namespace {

std::vector<Array> CopiesOf(std::span<const Array* const> arrays) {
  std::vector<Array> copies;
  for (const Array* array : arrays) copies.push_back(*array);
  return copies;
}

void Give(std::vector<Array>& from, std::span<Array> results) {
  for (size_t i = 0; i < results.size(); ++i) results[i].values = std::move(from[i].values);
}

absl::Status Scan(const Call& call) {
  const auto& attrs = call.attrs<ops::ScanAttrs>();
  const ir::Graph& graph = *call.node.regions[0];
  ASSIGN_OR_RETURN(const Interpreter body, Interpreter::Make(graph));
  const auto num_carries = static_cast<size_t>(attrs.num_carries);
  const size_t num_sliced = num_carries + static_cast<size_t>(attrs.num_xs);
  std::vector<Array> carries = CopiesOf(call.operands.first(num_carries));
  for (int64_t step = 0; step < attrs.length; ++step) {
    const int64_t t = attrs.reverse ? attrs.length - 1 - step : step;
    std::vector<Array> inputs = std::move(carries);
    for (size_t i = num_carries; i < num_sliced; ++i) {
      const ir::Type& type = graph.type(graph.inputs()[i].value);
      const auto begin = call.x(i).values.begin() + t * type.num_elements();
      inputs.push_back({type, {begin, begin + type.num_elements()}});
    }
    for (size_t i = num_sliced; i < call.operands.size(); ++i) inputs.push_back(call.x(i));
    ASSIGN_OR_RETURN(carries, body.Run(std::move(inputs), call.context, call.in_flight));
    for (size_t i = num_carries; i < carries.size(); ++i) {
      const std::vector<double>& y = carries[i].values;
      std::copy(y.begin(), y.end(),
                call.results[i].values.begin() + t * static_cast<int64_t>(y.size()));
    }
    carries.resize(num_carries);
  }
  Give(carries, call.results.first(num_carries));
  return absl::OkStatus();
}

absl::Status While(const Call& call) {
  ASSIGN_OR_RETURN(const Interpreter condition, Interpreter::Make(*call.node.regions[0]));
  ASSIGN_OR_RETURN(const Interpreter body, Interpreter::Make(*call.node.regions[1]));
  std::vector<Array> values = CopiesOf(call.operands);
  while (true) {
    ASSIGN_OR_RETURN(const std::vector<Array> go_on,
                     condition.Run(values, call.context, call.in_flight));
    if (go_on[0].values[0] == 0) break;
    ASSIGN_OR_RETURN(std::vector<Array> carries, body.Run(values, call.context, call.in_flight));
    std::move(carries.begin(), carries.end(), values.begin());
  }
  Give(values, call.results);
  return absl::OkStatus();
}

absl::Status Switch(const Call& call) {
  const auto last = static_cast<double>(call.node.regions.size() - 1);
  const auto chosen = static_cast<size_t>(std::clamp(call.x(0).values[0], 0.0, last));
  ASSIGN_OR_RETURN(const Interpreter branch, Interpreter::Make(*call.node.regions[chosen]));
  ASSIGN_OR_RETURN(std::vector<Array> results,
                   branch.Run(CopiesOf(call.operands.subspan(1)), call.context, call.in_flight));
  Give(results, call.results);
  return absl::OkStatus();
}

}  // namespace

void AddControl(PrimitiveTable& table) {
  table[ops::kScan.name] = Scan;
  table[ops::kWhile.name] = While;
  table[ops::kSwitch.name] = Switch;
}

}  // namespace tricorn::backend::reference
