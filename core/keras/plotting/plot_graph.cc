#include "core/keras/plotting/plot_graph.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "core/base/status.h"
#include "fmt/format.h"

namespace tricorn::keras {
namespace {

std::string ShapesText(const std::vector<KerasTensor>& tensors) {
  if (tensors.empty()) return "?";
  if (tensors.size() == 1) return ToString(tensors[0].shape());
  std::string text;
  for (const KerasTensor& tensor : tensors) {
    text += (text.empty() ? "[" : ", ") + ToString(tensor.shape());
  }
  return text + "]";
}

// As Keras: the activation's name, of a layer that has one.
std::string ActivationOf(const Operation& operation) {
  const Json config = operation.GetConfig();
  const Json& activation = config["activation"];
  if (activation.is_string()) return activation.AsString();
  const Json& name = activation["class_name"];
  return name.is_string() ? name.AsString() : "";
}

class Drawer {
 public:
  explicit Drawer(const PlotOptions& options) : options_(options) {}

  absl::Status Draw(const Model& model, int cluster) {
    const FunctionalGraph* calls = model.graph();
    if (calls == nullptr) {
      return FailedPrecondition("{}: expected a model with an input shape, to draw it",
                                model.DisplayName());
    }
    const bool is_sequential = model.class_name() == "Sequential";
    const std::vector<std::shared_ptr<Layer>> layers = model.layers();
    std::vector<std::shared_ptr<Operation>> operations = calls->operations();
    if (is_sequential) operations = {layers.begin(), layers.end()};
    for (const std::shared_ptr<Operation>& operation : operations) {
      const auto* inner = dynamic_cast<const Model*>(operation.get());
      if (inner == nullptr || !options_.expand_nested) {
        AddBox(*operation, *calls, cluster);
        continue;
      }
      graph_.clusters.push_back({inner->DisplayName(), cluster});
      RETURN_IF_ERROR(Draw(*inner, static_cast<int>(graph_.clusters.size()) - 1));
    }
    for (const auto& node : calls->nodes()) AddEdges(*node);
    return absl::OkStatus();
  }

  PlotGraph Finish() { return std::move(graph_); }

 private:
  void AddBox(const Operation& operation, const FunctionalGraph& calls, int cluster) {
    PlotBox box{.name = operation.DisplayName(),
                .class_name = std::string(operation.class_name()),
                .cluster = cluster};
    if (options_.show_layer_activations) box.activation = ActivationOf(operation);
    const std::vector<const CallNode*>& made = calls.CallsOf(operation);
    const auto* model = dynamic_cast<const Model*>(&operation);
    // A layer that is called several times has no one input, unless it is a model.
    std::vector<KerasTensor> inputs, outputs;
    if (model != nullptr) {
      inputs = model->inputs();
      outputs = model->outputs();
    } else if (made.size() == 1) {
      inputs = made[0]->arguments.Tensors();
      const auto node = NodeOf(calls, *made[0]);
      for (size_t i = 0; i < made[0]->outputs.size(); ++i) {
        outputs.emplace_back(node, static_cast<int>(i));
      }
    }
    if (options_.show_shapes) {
      if (box.class_name != "InputLayer") {
        box.facts.push_back("Input shape: " + ShapesText(inputs));
      }
      box.facts.push_back("Output shape: " + ShapesText(outputs));
    }
    if (options_.show_dtype) {
      box.facts.push_back(
          fmt::format("Output dtype: {}", outputs.empty() ? "?" : Name(outputs[0].dtype())));
    }
    const auto* layer = dynamic_cast<const Layer*>(&operation);
    if (options_.show_trainable && layer != nullptr && !layer->weights().empty()) {
      box.trainable = layer->trainable() ? PlotBox::kYes : PlotBox::kNo;
    }
    box_of_[&operation] = static_cast<int>(graph_.boxes.size());
    graph_.boxes.push_back(std::move(box));
  }

  static std::shared_ptr<const CallNode> NodeOf(const FunctionalGraph& calls,
                                                const CallNode& call) {
    for (const auto& node : calls.nodes()) {
      if (node.get() == &call) return node;
    }
    return nullptr;
  }

  // The box that makes a tensor: for a model inside, that of its output; -1 where none is drawn.
  int SourceOf(const KerasTensor& tensor) const {
    const KerasTensor* at = &tensor;
    while (true) {
      const Operation* operation = at->node()->operation.get();
      if (const auto it = box_of_.find(operation); it != box_of_.end()) return it->second;
      const auto* model = dynamic_cast<const Model*>(operation);
      const auto index = static_cast<size_t>(at->index());
      if (model == nullptr || index >= model->outputs().size()) return -1;
      at = &model->outputs()[index];
    }
  }

  // The boxes that take input `index` of an operation.
  std::vector<int> TargetsOf(const Operation& operation, size_t index) const {
    if (const auto it = box_of_.find(&operation); it != box_of_.end()) return {it->second};
    const auto* model = dynamic_cast<const Model*>(&operation);
    if (model == nullptr || model->graph() == nullptr) return {};
    if (index < model->inputs().size()) {
      const Operation& input = *model->inputs()[index].node()->operation;
      if (const auto it = box_of_.find(&input); it != box_of_.end()) return {it->second};
    }
    // A Sequential shows no box for its input: what comes in goes to its first layer.
    const std::vector<std::shared_ptr<Layer>> layers = model->layers();
    return layers.empty() ? std::vector<int>() : TargetsOf(*layers[0], index);
  }

  void AddEdges(const CallNode& node) {
    const std::vector<KerasTensor> inputs = node.arguments.Tensors();
    for (size_t i = 0; i < inputs.size(); ++i) {
      const int source = SourceOf(inputs[i]);
      if (source < 0) continue;
      for (const int target : TargetsOf(*node.operation, i)) {
        const std::pair<int, int> edge = {source, target};
        if (std::find(graph_.edges.begin(), graph_.edges.end(), edge) == graph_.edges.end()) {
          graph_.edges.push_back(edge);
        }
      }
    }
  }

  const PlotOptions& options_;
  PlotGraph graph_;
  absl::flat_hash_map<const Operation*, int> box_of_;
};

}  // namespace

absl::StatusOr<PlotGraph> MakePlotGraph(const Model& model, const PlotOptions& options) {
  RETURN_IF_ERROR(model.status());
  if (options.rankdir != "TB" && options.rankdir != "LR") {
    return InvalidArgument("rankdir: expected TB or LR, received '{}'", options.rankdir);
  }
  Drawer drawer(options);
  RETURN_IF_ERROR(drawer.Draw(model, -1));
  return drawer.Finish();
}

std::string EscapedMarkup(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else if (c == '&') {
      escaped += "&amp;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace tricorn::keras
