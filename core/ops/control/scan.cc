#include "core/ops/control/control.h"
#include "core/ops/control/region.h"

namespace tricorn::ops {
namespace {

absl::StatusOr<Types> Infer(std::span<const Type> x, const ScanAttrs& a,
                            const ir::Regions& regions) {
  RETURN_IF_ERROR(ExpectRegions(regions, 1));
  const auto count = static_cast<int64_t>(x.size());
  if (a.num_carries < 0 || a.num_xs < 0 || a.num_carries > count ||
      a.num_xs > count - a.num_carries) {
    return InvalidArgument("expected {} carries and {} sequences, received {} operands",
                           a.num_carries, a.num_xs, count);
  }
  if (a.length < 0) return InvalidArgument("expected a length, received {}", a.length);
  const auto carries = static_cast<size_t>(a.num_carries);
  Types slices(x.begin(), x.end());
  for (size_t i = carries; i < carries + static_cast<size_t>(a.num_xs); ++i) {
    if (x[i].rank() == 0 || x[i].shape[0] != a.length) {
      return InvalidArgument("sequence {}: expected a first axis of {}, received {}", i - carries,
                             a.length, x[i].ToString());
    }
    slices[i].shape = Shape({x[i].shape.begin() + 1, x[i].shape.end()});
  }
  const ir::Graph& body = *regions[0];
  RETURN_IF_ERROR(ExpectTypes(TypesOf(body, body.inputs()), slices, "operand"));
  Types results = TypesOf(body, body.outputs());
  if (results.size() < carries) {
    return InvalidArgument("expected {} carries from the body, received {} values", carries,
                           results.size());
  }
  RETURN_IF_ERROR(ExpectTypes({slices.data(), carries}, {results.data(), carries}, "carry"));
  for (size_t i = carries; i < results.size(); ++i) {
    std::vector<int64_t> dims{a.length};
    dims.insert(dims.end(), results[i].shape.begin(), results[i].shape.end());
    results[i].shape = Shape(std::move(dims));
  }
  return results;
}

// Types of the slices along the first axis; an error in the builder for what has none.
Types SliceTypes(Builder& builder, Operands xs, int64_t length) {
  Types types;
  for (const Value& x : xs) {
    if (builder.ok() && (x.rank() == 0 || x.shape()[0] != length)) {
      builder.SetError(
          InvalidArgument("scan: expected sequences with a first axis of {}, received "
                          "{}",
                          length, x.type().ToString()));
    }
    types.push_back(
        {x.dtype(), x.rank() == 0 ? Shape() : Shape({x.shape().begin() + 1, x.shape().end()})});
  }
  return types;
}

}  // namespace

const OpDef kScan = Op<ScanAttrs>{
    .name = "scan",
    .doc = "carries, y_t = body(carries, x_t, invariants) for t = 0, ..., length - 1, or backwards",
    .infer_regions = Infer,
};

ScanStep Scan(Builder& builder, Operands init, Operands xs, int64_t length, ScanBody body,
              bool reverse) {
  Builder region(builder);
  const Values carries = RegionInputs(region, TypesOf(init), "carry");
  const Values slices = RegionInputs(region, SliceTypes(builder, xs, length), "x");
  const ScanStep step = body(region, carries, slices);
  Values outputs = step.carries;
  outputs.insert(outputs.end(), step.ys.begin(), step.ys.end());
  Values results = ErrorsIn(builder, outputs.size());
  const TracedRegion traced{&region, outputs};
  const FinishedRegions finished = FinishRegions({&traced, 1});
  if (builder.ok()) {
    Values operands(init.begin(), init.end());
    operands.insert(operands.end(), xs.begin(), xs.end());
    operands.insert(operands.end(), finished.captures.begin(), finished.captures.end());
    const ScanAttrs attrs{.num_carries = static_cast<int64_t>(init.size()),
                          .num_xs = static_cast<int64_t>(xs.size()),
                          .length = length,
                          .reverse = reverse};
    const Values built = builder.AddAll(kScan, operands, attrs, finished.regions);
    if (builder.ok()) results = built;
  }
  const auto split = results.begin() + static_cast<ptrdiff_t>(step.carries.size());
  return {Values(results.begin(), split), Values(split, results.end())};
}

}  // namespace tricorn::ops
