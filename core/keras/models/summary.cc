// The table of a model's layers, as Keras's `summary` prints it.

#include <algorithm>
#include <regex>

#include "core/base/status.h"
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

std::vector<std::shared_ptr<Operation>> OperationsOf(const Model& model) {
  if (model.class_name() == "Functional") return model.graph()->operations();
  const std::vector<std::shared_ptr<Layer>> layers = model.layers();
  return {layers.begin(), layers.end()};
}

// The operations from the first that matches one pattern to the last that matches the other.
absl::StatusOr<std::vector<std::shared_ptr<Operation>>> InRange(
    std::vector<std::shared_ptr<Operation>> all, const SummaryOptions& options) {
  if (!options.layer_range) return all;
  std::vector<size_t> from, to;
  try {
    const std::regex first(options.layer_range->first);
    const std::regex last(options.layer_range->second);
    constexpr auto kAtBegin = std::regex_constants::match_continuous;
    for (size_t i = 0; i < all.size(); ++i) {
      const std::string name = all[i]->DisplayName();
      if (std::regex_search(name, first, kAtBegin)) from.push_back(i);
      if (std::regex_search(name, last, kAtBegin)) to.push_back(i);
    }
  } catch (const std::regex_error& error) {
    return InvalidArgument("layer_range: expected regular expressions, received ('{}', '{}')",
                           options.layer_range->first, options.layer_range->second);
  }
  if (from.empty() || to.empty()) {
    return InvalidArgument("layer_range: expected names of layers, received ('{}', '{}')",
                           options.layer_range->first, options.layer_range->second);
  }
  size_t begin = from.front(), end = to.back();
  if (begin > end) {
    begin = to.front();
    end = from.back();
  }
  return std::vector<std::shared_ptr<Operation>>(all.begin() + static_cast<int64_t>(begin),
                                                 all.begin() + static_cast<int64_t>(end) + 1);
}

// The table of a model's operations and, as asked for, of those inside.
class Rows {
 public:
  Rows(const Model& model, const SummaryOptions& options)
      : options_(options),
        calls_(model.graph()),
        is_chain_(model.class_name() != "Functional" || calls_ == nullptr || IsChain(*calls_)) {}

  absl::StatusOr<TextTable> MakeTable() const {
    std::vector<TextTable::Column> columns = {
        {.header = "Layer (type)"},
        {.header = "Output Shape"},
        {.header = "Param #", .align = TextTable::Column::kRight}};
    std::vector<double> ends = {0.45, 0.8, 1.0};
    int line_length = 88;
    if (!is_chain_) {
      columns.push_back({.header = "Connected to"});
      ends = {0.3, 0.56, 0.74, 1.0};
      line_length = 108;
    }
    if (!options_.positions.empty()) ends = options_.positions;
    if (options_.show_trainable) {
      columns.push_back({.header = "Trainable", .align = TextTable::Column::kCenter});
      for (double& end : ends) end *= 0.9;
      ends.push_back(1.0);
      line_length += 12;
    }
    line_length = options_.line_length.value_or(line_length);
    if (ends.size() != columns.size()) {
      return InvalidArgument("positions: expected {} numbers, one a column, received {}",
                             columns.size() - (options_.show_trainable ? 1 : 0),
                             options_.positions.size());
    }
    int used = 0;
    for (size_t i = 0; i < columns.size(); ++i) {
      columns[i].width = static_cast<int>(ends[i] * line_length) - used;
      if (columns[i].width < 4) {
        return InvalidArgument("summary: expected room for 4 characters a column, received {}",
                               columns[i].width);
      }
      used += columns[i].width;
    }
    return TextTable(std::move(columns), line_length);
  }

  void Add(TextTable& table, const Operation& operation, const FunctionalGraph* calls,
           int depth) const {
    const auto* layer = dynamic_cast<const Layer*>(&operation);
    const std::vector<const CallNode*> made =
        calls == nullptr ? std::vector<const CallNode*>() : calls->CallsOf(operation);
    std::string prefix;
    for (int i = 0; i < depth; ++i) prefix += "   ";
    if (depth > 0) prefix += "└ ";
    std::vector<std::string> cells = {
        fmt::format("{}{} ({})", prefix, operation.DisplayName(), operation.class_name()),
        made.empty() ? "?" : OutputShapes(made.back()->outputs),
        layer == nullptr ? "0" : WithCommas(layer->CountParams())};
    // What was called is built; inputs are not called.
    if (layer != nullptr && !layer->built() && made.empty()) cells[2] = "0 (unbuilt)";
    if (!is_chain_) cells.push_back(depth == 0 ? Connections(*calls_, operation) : "-");
    if (options_.show_trainable) {
      const bool has_weights = layer != nullptr && !layer->weights().empty();
      cells.push_back(!has_weights ? "-" : layer->trainable() ? "Y" : "N");
    }
    table.AddRow(std::move(cells));
    const auto* model = dynamic_cast<const Model*>(&operation);
    if (!options_.expand_nested || model == nullptr) return;
    for (const std::shared_ptr<Layer>& inner : model->layers()) {
      Add(table, *inner, model->graph(), depth + 1);
    }
  }

  const FunctionalGraph* calls() const { return calls_; }

 private:
  const SummaryOptions& options_;
  const FunctionalGraph* calls_;
  const bool is_chain_;
};

}  // namespace

std::string Model::Summary(const SummaryOptions& options) const {
  const Rows rows(*this, options);
  absl::StatusOr<TextTable> table = rows.MakeTable();
  const auto operations = InRange(OperationsOf(*this), options);
  for (const absl::Status& status : {table.status(), operations.status()}) {
    if (!status.ok()) return std::string(status.message()) + "\n";
  }
  for (const std::shared_ptr<Operation>& operation : *operations) {
    rows.Add(*table, *operation, rows.calls(), 0);
  }
  const std::vector<Variable*> all = weights();
  const std::vector<Variable*> trainable = trainable_weights();
  std::vector<const Variable*> others;
  for (const Variable* variable : all) {
    if (std::find(trainable.begin(), trainable.end(), variable) == trainable.end()) {
      others.push_back(variable);
    }
  }
  const std::vector<const Variable*>& optimizer = options.optimizer_variables;
  std::vector<const Variable*> total = {all.begin(), all.end()};
  total.insert(total.end(), optimizer.begin(), optimizer.end());
  return fmt::format("Model: \"{}\"\n", DisplayName()) + table->ToString() +
         CountLine("Total", total) + CountLine("Trainable", {trainable.begin(), trainable.end()}) +
         CountLine("Non-trainable", others) +
         (optimizer.empty() ? "" : CountLine("Optimizer", optimizer));
}

}  // namespace tricorn::keras
