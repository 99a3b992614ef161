#include "core/ops/control/control.h"
#include "core/ops/control/region.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

absl::StatusOr<Types> Infer(std::span<const Type> x, const WhileAttrs& a,
                            const ir::Regions& regions) {
  RETURN_IF_ERROR(ExpectRegions(regions, 2));
  if (a.num_carries < 0 || a.num_carries > static_cast<int64_t>(x.size())) {
    return InvalidArgument("expected {} carries, received {} operands", a.num_carries, x.size());
  }
  const std::span<const Type> carries = x.first(static_cast<size_t>(a.num_carries));
  const ir::Graph& condition = *regions[0];
  const ir::Graph& body = *regions[1];
  RETURN_IF_ERROR(ExpectTypes(TypesOf(condition, condition.inputs()), x, "operand"));
  RETURN_IF_ERROR(ExpectTypes(TypesOf(body, body.inputs()), x, "operand"));
  const Type flag{DType::kBool, {}};
  RETURN_IF_ERROR(ExpectTypes({&flag, 1}, TypesOf(condition, condition.outputs()), "condition"));
  RETURN_IF_ERROR(ExpectTypes(carries, TypesOf(body, body.outputs()), "carry"));
  return Types(carries.begin(), carries.end());
}

}  // namespace

const OpDef kWhile = Op<WhileAttrs>{
    .name = "while_loop",
    .doc = "while condition(carries, invariants): carries = body(carries, invariants)",
    .infer_regions = Infer,
};

Values WhileLoop(Builder& builder, LoopCondition condition, LoopBody body, Operands init,
                 int64_t maximum_iterations) {
  Values start(init.begin(), init.end());
  const bool bounded = maximum_iterations >= 0;
  if (bounded) start.push_back(Scalar(builder, 0, DType::kI64));
  const Types types = TypesOf(start);
  const auto carries_of = [&](const Values& inputs) { return Operands(inputs).first(init.size()); };

  Builder condition_region(builder);
  const Values seen = RegionInputs(condition_region, types, "carry");
  Value go_on = condition(condition_region, carries_of(seen));
  if (bounded) {
    go_on = LogicalAnd(condition_region.Capture(go_on),
                       Less(seen.back(), static_cast<double>(maximum_iterations)));
  }
  Builder body_region(builder);
  const Values now = RegionInputs(body_region, types, "carry");
  Values next = body(body_region, carries_of(now));
  if (bounded) next.push_back(now.back() + 1);

  const TracedRegion traced[] = {{&condition_region, {go_on}}, {&body_region, next}};
  const FinishedRegions finished = FinishRegions(traced);
  if (!builder.ok()) return ErrorsIn(builder, init.size());
  Values operands = start;
  operands.insert(operands.end(), finished.captures.begin(), finished.captures.end());
  Values results = builder.AddAll(kWhile, operands, WhileAttrs{static_cast<int64_t>(start.size())},
                                  finished.regions);
  if (!builder.ok()) return ErrorsIn(builder, init.size());
  results.resize(init.size());
  return results;
}

Values ForiLoop(Builder& builder, int64_t lower, int64_t upper, ForBody body, Operands init) {
  const int64_t length = std::max<int64_t>(upper - lower, 0);
  const Value counts = Iota(builder, {DType::kI32, {length}}, 0) + lower;
  return Scan(builder, init, {{counts}}, length,
              [&](Builder& region, Operands carries, Operands xs) {
                return ScanStep{body(region, xs[0], carries)};
              })
      .carries;
}

}  // namespace tricorn::ops
