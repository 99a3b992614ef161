#include "core/ir/graph.h"

namespace tricorn::ir {
namespace {

int64_t IndexOf(const std::vector<NamedValue>& list, std::string_view name) {
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[i].name == name) return static_cast<int64_t>(i);
  }
  return -1;
}

}  // namespace

int64_t Graph::input_index(std::string_view name) const { return IndexOf(inputs_, name); }
int64_t Graph::output_index(std::string_view name) const { return IndexOf(outputs_, name); }

ValueId Graph::AddInput(std::string name, Type type) {
  const auto id = static_cast<ValueId>(values_.size());
  values_.push_back({std::move(type), -1, static_cast<int32_t>(inputs_.size())});
  inputs_.push_back({std::move(name), id});
  return id;
}

const Node& Graph::AddNode(Node node, Types result_types) {
  node.results.clear();
  for (size_t i = 0; i < result_types.size(); ++i) {
    node.results.push_back(static_cast<ValueId>(values_.size()));
    values_.push_back(
        {std::move(result_types[i]), static_cast<int32_t>(nodes_.size()), static_cast<int32_t>(i)});
  }
  nodes_.push_back(std::move(node));
  return nodes_.back();
}

std::vector<ValueId> Graph::WidenNode(size_t index, Attrs attrs, Regions regions,
                                      Types more_results) {
  Node& node = nodes_[index];
  node.attrs = std::move(attrs);
  node.regions = std::move(regions);
  std::vector<ValueId> added;
  for (Type& type : more_results) {
    added.push_back(static_cast<ValueId>(values_.size()));
    values_.push_back(
        {std::move(type), static_cast<int32_t>(index), static_cast<int32_t>(node.results.size())});
    node.results.push_back(added.back());
  }
  return added;
}

}  // namespace tricorn::ir
