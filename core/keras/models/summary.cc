// The table of a model's layers, as Keras's `summary` prints it.

#include <algorithm>

#include "core/keras/models/model.h"
#include "core/keras/models/text_table.h"
#include "fmt/format.h"

namespace tricorn::keras {
namespace {

std::string WithCommas(int64_t number) {
  std::string text = std::to_string(number);
  for (int64_t at = static_cast<int64_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<size_t>(at), ",");
  }
  return text;
}

std::string ReadableSize(double nbytes) {
  constexpr const char* kUnits[] = {"B", "KB", "MB", "GB", "TB", "PB"};
  size_t unit = 0;
  while (nbytes >= 1024 && unit + 1 < std::size(kUnits)) {
    nbytes /= 1024;
    ++unit;
  }
  return fmt::format("{:.2f} {}", nbytes, kUnits[unit]);
}

std::string CountLine(std::string_view what, const std::vector<const Variable*>& variables) {
  int64_t count = 0;
  int64_t nbytes = 0;
  for (const Variable* variable : variables) {
    count += variable->type.num_elements();
    nbytes += variable->type.nbytes();
  }
  return fmt::format(" {} params: {} ({})\n", what, WithCommas(count),
                     ReadableSize(static_cast<double>(nbytes)));
}

std::string OutputShapes(const std::vector<SymbolicType>& outputs) {
  // Unlike Python, rich prints a shape of one axis without a comma.
  const auto format = [](const SymbolicShape& shape) {
    const std::string text = ToString(shape);
    return shape.size() == 1 ? text.substr(0, text.size() - 2) + ")" : text;
  };
  if (outputs.size() == 1) return format(outputs[0].shape);
  std::string text = "[";
  for (const SymbolicType& output : outputs) {
    text += (text.size() > 1 ? ", " : "") + format(output.shape);
  }
  return text + "]";
}

std::string Connections(const FunctionalGraph& graph, const Operation& operation) {
  std::string text;
  for (const CallNode* call : graph.CallsOf(operation)) {
    for (const KerasTensor& input : call->arguments.Tensors()) {
      text += fmt::format("{}{}[{}][{}]", text.empty() ? "" : ", ",
                          input.node()->operation->DisplayName(), graph.CallIndex(*input.node()),
                          input.index());
    }
  }
  return text.empty() ? "-" : text;
}

// Whether the calls form one chain, so that nobody asks what is connected to what.
bool IsChain(const FunctionalGraph& graph) {
  size_t sources = 0;
  for (const auto& node : graph.nodes()) {
    const size_t inputs = node->arguments.Tensors().size();
    sources += inputs == 0 ? 1 : 0;
    if (inputs > 1 || graph.CallsOf(*node->operation).size() > 1) return false;
  }
  return sources == 1;
}

std::vector<std::shared_ptr<Operation>> Rows(const Model& model) {
  if (model.class_name() == "Functional") return model.graph()->operations();
  const std::vector<std::shared_ptr<Layer>> layers = model.layers();
  return {layers.begin(), layers.end()};
}

}  // namespace

std::string Model::Summary(int line_length) const {
  const FunctionalGraph* calls = graph();
  const bool chain = calls == nullptr || class_name() != "Functional" || IsChain(*calls);
  const std::vector<double> ends =
      chain ? std::vector<double>{0.45, 0.8, 1.0} : std::vector<double>{0.3, 0.56, 0.74, 1.0};
  std::vector<TextTable::Column> columns = {
      {.header = "Layer (type)"}, {.header = "Output Shape"}, {.header = "Param #"}};
  if (!chain) columns.push_back({.header = "Connected to"});
  columns[2].right_aligned = true;
  int used = 0;
  for (size_t i = 0; i < columns.size(); ++i) {
    columns[i].width = static_cast<int>(ends[i] * line_length) - used;
    used += columns[i].width;
  }
  TextTable table(std::move(columns), line_length);
  for (const std::shared_ptr<Operation>& operation : Rows(*this)) {
    const auto* layer = dynamic_cast<const Layer*>(operation.get());
    const std::vector<const CallNode*> made =
        calls == nullptr ? std::vector<const CallNode*>() : calls->CallsOf(*operation);
    std::vector<std::string> cells = {
        operation->DisplayName() + " (" + std::string(operation->class_name()) + ")",
        made.empty() ? "?" : OutputShapes(made.back()->outputs),
        layer == nullptr ? "0" : WithCommas(layer->CountParams())};
    if (calls == nullptr && layer != nullptr && !layer->built()) cells[2] += " (unbuilt)";
    if (!chain) cells.push_back(Connections(*calls, *operation));
    table.AddRow(std::move(cells));
  }
  const std::vector<Variable*> all = weights();
  const std::vector<Variable*> trainable = trainable_weights();
  std::vector<const Variable*> others;
  for (const Variable* variable : all) {
    if (std::find(trainable.begin(), trainable.end(), variable) == trainable.end()) {
      others.push_back(variable);
    }
  }
  return fmt::format("Model: \"{}\"\n", DisplayName()) + table.ToString() +
         CountLine("Total", {all.begin(), all.end()}) +
         CountLine("Trainable", {trainable.begin(), trainable.end()}) +
         CountLine("Non-trainable", others);
}

}  // namespace tricorn::keras
