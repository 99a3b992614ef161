#include "core/ops/control/region.h"

#include <algorithm>

#include "core/ir/rewriter.h"

namespace tricorn::ops {
namespace {

// `region` with an input for each of `all`, of which `captured` are the last inputs that it has;
// the inputs before the nodes, as a parser would number them.
ir::Graph WithCaptures(const ir::Graph& region, const Values& captured, const Values& all) {
  Builder builder;
  Values inputs;
  for (size_t i = 0; i < region.inputs().size() - captured.size(); ++i) {
    const ir::NamedValue& input = region.inputs()[i];
    inputs.push_back(builder.Input(input.name, region.type(input.value)));
  }
  const Values outer = RegionInputs(builder, TypesOf(all), "outer");
  for (const Value& value : captured) {
    inputs.push_back(
        outer[static_cast<size_t>(std::find(all.begin(), all.end(), value) - all.begin())]);
  }
  std::vector<std::pair<std::string, Value>> outputs;
  for (const Value& output : ir::Inline(builder, region, inputs)) {
    outputs.emplace_back(region.outputs()[outputs.size()].name, output);
  }
  absl::StatusOr<ir::Graph> graph = builder.Finish(outputs);
  CHECK(graph.ok());  // every node has been in a graph before
  return *std::move(graph);
}

}  // namespace

Types TypesOf(const ir::Graph& graph, const std::vector<ir::NamedValue>& values) {
  Types types;
  for (const ir::NamedValue& value : values) types.push_back(graph.type(value.value));
  return types;
}

Types TypesOf(Operands values) {
  Types types;
  for (const Value& value : values) types.push_back(value.type());
  return types;
}

absl::Status ExpectTypes(std::span<const Type> expected, std::span<const Type> received,
                         std::string_view what) {
  if (expected.size() != received.size()) {
    return InvalidArgument("{}: expected {} values, received {}", what, expected.size(),
                           received.size());
  }
  for (size_t i = 0; i < expected.size(); ++i) {
    const absl::Status status = ExpectSameType(expected[i], received[i]);
    if (!status.ok()) return WithSubject(status, fmt::format("{} {}", what, i));
  }
  return absl::OkStatus();
}

absl::Status ExpectRegions(const ir::Regions& regions, size_t count) {
  if (regions.size() == count) return absl::OkStatus();
  return InvalidArgument("expected {} regions, received {}", count, regions.size());
}

Values RegionInputs(Builder& region, std::span<const Type> types, std::string_view prefix) {
  Values inputs;
  for (const Type& type : types) {
    inputs.push_back(region.Input(fmt::format("{}{}", prefix, inputs.size()), type));
  }
  return inputs;
}

FinishedRegions FinishRegions(std::span<const TracedRegion> traced) {
  std::vector<ir::Graph> graphs;
  std::vector<Values> captured;
  FinishedRegions finished;
  for (const TracedRegion& trace : traced) {
    std::vector<std::pair<std::string, Value>> outputs;
    for (const Value& output : trace.outputs) {
      outputs.emplace_back(fmt::format("y{}", outputs.size()), output);
    }
    if (!trace.region->ok()) return {};
    absl::StatusOr<ir::Graph> graph = trace.region->Finish(outputs);
    if (!graph.ok()) return {};
    graphs.push_back(*std::move(graph));
    captured.push_back(trace.region->captures());
    for (const Value& value : captured.back()) {
      if (std::find(finished.captures.begin(), finished.captures.end(), value) ==
          finished.captures.end()) {
        finished.captures.push_back(value);
      }
    }
  }
  for (size_t i = 0; i < graphs.size(); ++i) {
    ir::Graph graph = WithCaptures(graphs[i], captured[i], finished.captures);
    finished.regions.push_back(std::make_shared<const ir::Graph>(std::move(graph)));
  }
  return finished;
}

Values ErrorsIn(Builder& builder, size_t count) { return Values(count, Value(&builder, -1)); }

}  // namespace tricorn::ops
