#include "core/keras/models/quantize.h"

#include <regex>

#include "absl/container/flat_hash_set.h"

namespace tricorn::keras {
namespace {

// Layers that hold no others, each once.
void AppendLeaves(const Layer& layer, absl::flat_hash_set<const Layer*>& seen,
                  std::vector<std::pair<std::string, Layer*>>& leaves, const std::string& prefix) {
  for (const Layer::Child& child : layer.children()) {
    if (!seen.insert(child.layer.get()).second) continue;
    const std::string path = prefix + child.layer->DisplayName();
    if (child.layer->children().empty()) {
      leaves.emplace_back(path, child.layer.get());
    } else {
      AppendLeaves(*child.layer, seen, leaves, path + "/");
    }
  }
}

int64_t WeightBytes(const Model& model) {
  int64_t nbytes = 0;
  for (const Variable* variable : model.weights()) nbytes += variable->type.nbytes();
  return nbytes;
}

absl::StatusOr<std::vector<std::regex>> Compile(const std::vector<std::string>& filters) {
  std::vector<std::regex> expressions;
  for (const std::string& filter : filters) {
    try {
      expressions.emplace_back(filter);
    } catch (const std::regex_error& error) {
      return InvalidArgument("filters: expected regular expressions, received '{}': {}", filter,
                             error.what());
    }
  }
  return expressions;
}

}  // namespace

std::string QuantizationReport::ToString() const {
  std::string text =
      fmt::format("{}: {} of {} layers, {} bytes of weights in place of {}\n", mode,
                  quantized.size(), quantized.size() + skipped.size(), nbytes_after, nbytes_before);
  for (const std::string& path : quantized) text += fmt::format("  {}\n", path);
  for (const auto& [path, reason] : skipped) text += fmt::format("  {}: {}\n", path, reason);
  return text;
}

absl::StatusOr<QuantizationReport> Quantize(Model& model, const QuantizationConfigRef& config,
                                            const std::vector<std::string>& filters) {
  RETURN_IF_ERROR(config.status());
  RETURN_IF_ERROR(model.status());
  if (!config) return InvalidArgument("quantize: expected a mode or a config, received none");
  if (config->mode() == QuantizationMode::kGptq || config->mode() == QuantizationMode::kAwq) {
    return Unimplemented("quantize: expected int8, int4, float8 or ternary, received {}",
                         Name(config->mode()));
  }
  ASSIGN_OR_RETURN(const std::vector<std::regex> expressions, Compile(filters));
  QuantizationReport report{.mode = std::string(Name(config->mode())),
                            .quantized = {},
                            .skipped = {},
                            .nbytes_before = WeightBytes(model)};
  absl::flat_hash_set<const Layer*> seen;
  std::vector<std::pair<std::string, Layer*>> leaves;
  AppendLeaves(model, seen, leaves, "");
  for (const auto& [path, layer] : leaves) {
    bool matches = expressions.empty();
    for (const std::regex& expression : expressions) {
      matches |= std::regex_search(layer->name(), expression);
    }
    if (!matches) {
      report.skipped.emplace_back(path, "no filter matches its name");
      continue;
    }
    const absl::Status status = layer->Quantize(config.get());
    if (status.ok()) {
      report.quantized.push_back(path);
    } else if (absl::IsUnimplemented(status)) {
      report.skipped.emplace_back(path, std::string(status.message()));
    } else {
      return status;
    }
  }
  report.nbytes_after = WeightBytes(model);
  return report;
}

}  // namespace tricorn::keras
