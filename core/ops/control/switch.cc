#include <memory>

#include "core/ops/control/control.h"
#include "core/ops/control/region.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::ops {
namespace {

absl::StatusOr<Types> Infer(std::span<const Type> x, const NoAttrs&, const ir::Regions& regions) {
  if (x.empty() || regions.empty()) {
    return InvalidArgument("expected an index and a branch, received {} operands and {} branches",
                           x.size(), regions.size());
  }
  RETURN_IF_ERROR(ExpectSameType({DType::kI32, {}}, x[0]));
  const Types results = TypesOf(*regions[0], regions[0]->outputs());
  for (const auto& region : regions) {
    RETURN_IF_ERROR(ExpectTypes(TypesOf(*region, region->inputs()), x.subspan(1), "operand"));
    RETURN_IF_ERROR(ExpectTypes(results, TypesOf(*region, region->outputs()), "result"));
  }
  return results;
}

}  // namespace

const OpDef kSwitch = Op<>{
    .name = "switch",
    .doc = "regions[index](operands), index held within [0, number of regions)",
    .infer_regions = Infer,
};

Values Switch(Value index, std::span<const Branch> branches, Operands operands) {
  Builder& builder = index.builder();
  std::vector<std::unique_ptr<Builder>> regions;
  std::vector<TracedRegion> traced;
  for (const Branch& branch : branches) {
    regions.push_back(std::make_unique<Builder>(builder));
    Builder& region = *regions.back();
    const Values inputs = RegionInputs(region, TypesOf(operands), "x");
    traced.push_back({&region, branch(region, inputs)});
  }
  const size_t count = traced.empty() ? 0 : traced[0].outputs.size();
  const FinishedRegions finished = FinishRegions(traced);
  if (!builder.ok()) return ErrorsIn(builder, count);
  Values all{Cast(index, DType::kI32)};
  all.insert(all.end(), operands.begin(), operands.end());
  all.insert(all.end(), finished.captures.begin(), finished.captures.end());
  const Values results = builder.AddAll(kSwitch, all, {}, finished.regions);
  return builder.ok() ? results : ErrorsIn(builder, count);
}

Values Cond(Value pred, const Branch& if_true, const Branch& if_false, Operands operands) {
  const Branch branches[] = {if_false, if_true};
  return Switch(Cast(Cast(pred, DType::kBool), DType::kI32), branches, operands);
}

}  // namespace tricorn::ops
