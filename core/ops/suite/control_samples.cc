#include "core/ops/control/after.h"
#include "core/ops/control/control.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/suite/sample.h"

namespace tricorn::ops {
namespace {

// The sample of the node that `build` makes of values of the operands' types.
template <typename Build>
Sample ControlSample(std::string name, std::vector<Tensor> operands, Build build) {
  const auto node = [operands, build](DType dtype) {
    Builder builder;
    Values x;
    for (const Tensor& operand : operands) {
      const DType own = IsFloating(operand.dtype()) ? dtype : operand.dtype();
      x.push_back(builder.Input(fmt::format("x{}", x.size()), {own, operand.shape()}));
    }
    build(builder, x);
    CHECK(builder.ok());
    return builder.graph().nodes().back();
  };
  const ir::Node sample = node(DType::kF64);
  return {.name = std::move(name),
          .op = sample.op,
          .attrs = sample.attrs,
          .operands = std::move(operands),
          .differentiable = sample.op != &kWhile,
          .regions = [node](DType dtype) { return node(dtype).regions; }};
}

// h = tanh(x_t + h . w), y_t = h * b.
Sample ScanSample(std::string name, int64_t length, bool reverse) {
  return ControlSample(std::move(name),
                       {Uniform({2, 3}, -1, 1), Uniform({length, 2, 3}, -1, 1),
                        Uniform({3, 3}, -1, 1), Uniform({3}, -1, 1)},
                       [=](Builder& builder, const Values& x) {
                         const auto body = [&](Builder&, Operands h, Operands slices) {
                           const Value next = Tanh(slices[0] + Matmul(h[0], x[2]));
                           return ScanStep{{next}, {next * x[3]}};
                         };
                         Scan(builder, {{x[0]}}, {{x[1]}}, length, body, reverse);
                       });
}

// x is doubled until its sum exceeds a limit.
void Doubling(Builder& builder, const Values& x) {
  WhileLoop(
      builder, [&](Builder&, Operands carries) { return Less(Sum(carries[0]), x[1]); },
      [](Builder&, Operands carries) { return Values{carries[0] * 2}; }, {{x[0]}});
}

void OneOfTwo(Builder&, const Values& x) {
  const Branch branches[] = {[](Builder&, Operands in) { return Values{Tanh(in[0])}; },
                             [](Builder&, Operands in) { return Values{in[0] * in[0]}; }};
  Switch(x[0], branches, {{x[1]}});
}

}  // namespace

void AddControlSamples(SampleList& samples) {
  samples.push_back(ScanSample("scan", 4, false));
  samples.push_back(ScanSample("scan/reverse", 3, true));
  samples.push_back(ScanSample("scan/one", 1, false));
  samples.push_back(
      ControlSample("while_loop", {Uniform({2, 3}, 0.5, 1), Uniform({}, 90, 91)}, Doubling));
  samples.push_back(
      {.name = "after",
       .op = &kAfter,
       .operands = {Uniform({2, 3}, -1, 1), Integers(DType::kI32, {4}, {1, 2, 3, 4})}});
  for (const int64_t index : {0, 1, 7}) {
    samples.push_back(ControlSample(fmt::format("switch/{}", index),
                                    {Integers(DType::kI32, {}, {index}), Uniform({2, 3}, -1, 1)},
                                    OneOfTwo));
  }
}

}  // namespace tricorn::ops
