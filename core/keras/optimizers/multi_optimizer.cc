#include "core/keras/optimizers/multi_optimizer.h"

#include <algorithm>

#include "core/keras/optimizers/loss_scale_optimizer.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras {

using ir::Value;

absl::StatusOr<OptimizerMap> OptimizerMap::Make(
    std::shared_ptr<Optimizer> default_optimizer,
    std::vector<std::pair<std::string, std::shared_ptr<Optimizer>>> by_pattern) {
  OptimizerMap map;
  map.default_ = std::move(default_optimizer);
  const auto add = [&](const std::shared_ptr<Optimizer>& optimizer) -> absl::Status {
    if (dynamic_cast<const MultiOptimizer*>(optimizer.get()) != nullptr ||
        dynamic_cast<const LossScaleOptimizer*>(optimizer.get()) != nullptr) {
      return InvalidArgument("optimizer_map: expected optimizers with a rule, received {}",
                             optimizer->class_name());
    }
    auto& all = map.optimizers_;
    if (std::find(all.begin(), all.end(), optimizer) == all.end()) all.push_back(optimizer);
    return absl::OkStatus();
  };
  for (auto& [key, optimizer] : by_pattern) {
    ASSIGN_OR_RETURN(PathPattern pattern, PathPattern::Parse(key));
    RETURN_IF_ERROR(add(optimizer));
    map.entries_.push_back({std::move(key), std::move(pattern), std::move(optimizer)});
  }
  RETURN_IF_ERROR(add(map.default_));
  return map;
}

absl::StatusOr<Optimizer*> OptimizerMap::Find(const std::string& path) const {
  const Entry* found = nullptr;
  for (const Entry& entry : entries_) {
    if (entry.key == path) return entry.optimizer.get();
  }
  for (const Entry& entry : entries_) {
    if (!entry.pattern.MatchesAll(path)) continue;
    if (found != nullptr) {
      return InvalidArgument("{}: expected one pattern that matches, received '{}' and '{}'", path,
                             found->key, entry.key);
    }
    found = &entry;
  }
  return found == nullptr ? default_.get() : found->optimizer.get();
}

absl::Status OptimizerMap::Decode(const Json& json, const Deserializer& deserializer) {
  ASSIGN_OR_RETURN(const ObjectForm form, ParseObjectForm(json));
  if (form.class_name != "OptimizerMap") {
    return InvalidArgument("expected an OptimizerMap, received a {}", form.class_name);
  }
  ASSIGN_OR_RETURN(std::shared_ptr<Optimizer> otherwise,
                   deserializer.Object<Optimizer>(form.config["default_optimizer"]));
  const Json& map = form.config["optimizer_map"];
  if (!map.is_object()) return WithSubject(WrongKind("object", map), "optimizer_map");
  std::vector<std::pair<std::string, std::shared_ptr<Optimizer>>> by_pattern;
  for (const auto& [key, value] : map.AsObject()) {
    ASSIGN_OR_RETURN(std::shared_ptr<Optimizer> optimizer, deserializer.Object<Optimizer>(value));
    by_pattern.emplace_back(key, std::move(optimizer));
  }
  ASSIGN_OR_RETURN(*this, Make(std::move(otherwise), std::move(by_pattern)));
  return absl::OkStatus();
}

Json ToJson(const OptimizerMap& map) {
  Json by_pattern = Json::MakeObject({});
  for (const auto& entry : map.entries_) {
    by_pattern.Set(entry.key, SerializeObject(*entry.optimizer));
  }
  return Json::MakeObject(
      {{"module", "keras.optimizers"},
       {"class_name", "OptimizerMap"},
       {"config", Json::MakeObject({{"default_optimizer", SerializeObject(*map.default_)},
                                    {"optimizer_map", std::move(by_pattern)}})},
       {"registered_name", nullptr}});
}

MultiOptimizer::MultiOptimizer(MultiOptimizerConfig config)
    : Optimizer(config.name, 0.0), config_(std::move(config)) {
  set_loss_scale_factor(config_.loss_scale_factor);
}

absl::StatusOr<std::shared_ptr<MultiOptimizer>> MultiOptimizer::FromConfig(
    const Json& json, const Deserializer& deserializer) {
  MultiOptimizerConfig config;
  RETURN_IF_ERROR(DecodeConfig(json, &config, deserializer));
  if (config.optimizer_map.optimizers().empty()) {
    return InvalidArgument("optimizer_map: expected an OptimizerMap, received none");
  }
  return std::make_shared<MultiOptimizer>(std::move(config));
}

absl::Status MultiOptimizer::MakeState() {
  const auto& optimizers = config_.optimizer_map.optimizers();
  weights_of_.resize(optimizers.size());
  for (size_t i = 0; i < trainable().size(); ++i) {
    ASSIGN_OR_RETURN(const Optimizer* chosen, config_.optimizer_map.Find(trainable()[i]->path));
    for (size_t k = 0; k < optimizers.size(); ++k) {
      if (optimizers[k].get() == chosen) weights_of_[k].push_back(i);
    }
  }
  for (size_t k = 0; k < optimizers.size(); ++k) {
    std::vector<Variable*> own;
    for (const size_t i : weights_of_[k]) own.push_back(trainable()[i]);
    if (!own.empty()) RETURN_IF_ERROR(optimizers[k]->Build(own));
  }
  return absl::OkStatus();
}

std::vector<Variable*> MultiOptimizer::variables() const {
  std::vector<Variable*> all = Optimizer::variables();
  for (const auto& optimizer : config_.optimizer_map.optimizers()) {
    const std::vector<Variable*> own = optimizer->variables();
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

absl::Status MultiOptimizer::CheckCanBeParted() const {
  return Unimplemented(
      "{}: expected an optimizer with one rule for all weights, to share its state out, received "
      "{} of {} rules",
      name(), kClassName, config_.optimizer_map.optimizers().size());
}

void MultiOptimizer::AddNormsByUnits() {
  for (const auto& optimizer : config_.optimizer_map.optimizers()) optimizer->AddNormsByUnits();
}

void MultiOptimizer::ExcludeFromWeightDecay(const std::vector<std::string>& names) {
  for (const auto& optimizer : config_.optimizer_map.optimizers()) {
    optimizer->ExcludeFromWeightDecay(names);
  }
}

void MultiOptimizer::set_loss_scale_factor(std::optional<double> factor) {
  config_.loss_scale_factor = factor;
  for (const auto& optimizer : config_.optimizer_map.optimizers()) {
    optimizer->set_loss_scale_factor(factor);
  }
}

Value MultiOptimizer::ScaleLoss(CallContext&, Value loss) const {
  return config_.loss_scale_factor ? loss * *config_.loss_scale_factor : loss;
}

void MultiOptimizer::Apply(CallContext& context, std::span<const Value> gradients) const {
  CHECK(is_built() && gradients.size() == trainable().size());
  for (size_t k = 0; k < weights_of_.size(); ++k) {
    ir::Values own;
    for (const size_t i : weights_of_[k]) own.push_back(gradients[i]);
    if (!own.empty()) config_.optimizer_map.optimizers()[k]->Apply(context, own);
  }
  context.Assign(iteration(), context.Read(iteration()) + 1);
}

bool MultiOptimizer::keeps_averages() const {
  const auto& all = config_.optimizer_map.optimizers();
  return std::any_of(all.begin(), all.end(),
                     [](const auto& optimizer) { return optimizer->keeps_averages(); });
}

std::vector<Optimizer*> MultiOptimizer::members() {
  std::vector<Optimizer*> members;
  for (const auto& optimizer : config_.optimizer_map.optimizers()) {
    members.push_back(optimizer.get());
  }
  return members;
}

std::vector<std::pair<Variable*, Variable*>> MultiOptimizer::averages() const {
  std::vector<std::pair<Variable*, Variable*>> all;
  for (const auto& optimizer : config_.optimizer_map.optimizers()) {
    const auto own = optimizer->averages();
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

void MultiOptimizer::FinalizeVariables() const {
  for (const auto& optimizer : config_.optimizer_map.optimizers()) {
    if (optimizer->is_built()) optimizer->FinalizeVariables();
  }
}

}  // namespace tricorn::keras
