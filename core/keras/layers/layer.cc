#include "core/keras/layers/layer.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "core/keras/layers/call_masks.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/tensor/bounds.h"

namespace tricorn::keras {
namespace {

Json ShapesOf(const Nest<SymbolicType>& types) {
  return types.MapToJson([](const SymbolicType& type) { return ToJson(type.shape); });
}

// Whether shapes are those of `known` but for lengths that they leave open.
bool Covers(const Json& open, const Json& known) {
  if (open.is_array() && known.is_array()) {
    const Json::Array &a = open.AsArray(), &b = known.AsArray();
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Json& x, const Json& y) {
      return (x.is_null() && y.is_int()) || Covers(x, y);
    });
  }
  if (!open.is_object() || !known.is_object()) return open == known;
  const Json::Object &a = open.AsObject(), &b = known.AsObject();
  return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const auto& member) {
           return known.Has(member.first) && Covers(member.second, known[member.first]);
         });
}

// FNV-1a of the path, with the seed as offset, stirred so that near paths lie far apart.
uint64_t StreamOfPath(uint64_t seed, std::string_view path) {
  uint64_t hash = 0xcbf29ce484222325u ^ seed * 0x9E3779B97F4A7C15u;
  for (const char c : path) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdu;
  return hash ^ hash >> 33;
}

absl::Status Draw(Variable& variable, uint64_t seed) {
  const uint64_t stream = StreamOfPath(seed, variable.path);
  if (variable.initializer == nullptr) {  // the state of a seed generator
    const uint32_t first = variable.seed.value_or(static_cast<uint32_t>(stream >> 32));
    variable.value = Tensor::From<uint32_t>({2}, {first, 0});
    return absl::OkStatus();
  }
  absl::StatusOr<Tensor> value =
      variable.initializer->Make(variable.type.shape, variable.type.dtype, stream);
  if (!value.ok()) return WithSubject(value.status(), variable.path);
  variable.value = *std::move(value);
  return absl::OkStatus();
}

// Layers that several others hold list their variables once.
void KeepFirst(std::vector<Variable*>& variables) {
  absl::flat_hash_set<const Variable*> seen;
  std::erase_if(variables, [&](const Variable* variable) { return !seen.insert(variable).second; });
}

}  // namespace

Layer::Layer(LayerOptions options)
    : Operation(std::move(options.name)), dtype_(options.dtype), trainable_(options.trainable) {}

void Layer::set_trainable(bool trainable) {
  trainable_ = trainable;
  for (const Child& child : children()) child.layer->set_trainable(trainable);
}

absl::Status Layer::Build(const CallArguments<SymbolicType>& arguments) {
  if (built_) return absl::OkStatus();
  RETURN_IF_ERROR(dtype_.status());
  RETURN_IF_ERROR(CheckConfig());
  RETURN_IF_ERROR(BuildWith(arguments));
  RETURN_IF_ERROR(weight_error_);
  built_ = true;
  if (arguments.args.empty() || (variables_.empty() && children().empty())) return absl::OkStatus();
  build_config_ = BuildConfigFor(arguments);
  if (Covers(saved_build_config_, build_config_)) build_config_ = saved_build_config_;
  return absl::OkStatus();
}

Json Layer::BuildConfigFor(const CallArguments<SymbolicType>& arguments) const {
  return Json::MakeObject({{"input_shape", ShapesOf(arguments.args[0])}});
}

absl::Status Layer::BuildFrom(std::span<const SymbolicType>) { return absl::OkStatus(); }

// -- Variables ------------------------------------------------------------------------------------

const Variable* Layer::AddWeight(WeightOptions options) {
  const DType dtype = options.dtype.value_or(variable_dtype());
  for (const absl::Status& status :
       {options.initializer.status(), options.regularizer.status(), options.constraint.status(),
        CheckedNumBytes(dtype, options.shape).status()}) {
    if (weight_error_.ok()) weight_error_ = WithSubject(status, options.name);
  }
  auto variable = std::make_unique<Variable>();
  variable->name = std::move(options.name);
  variable->path = path_ + variable->name;
  variable->type = {dtype, std::move(options.shape)};
  variable->trainable = options.trainable;
  variable->aggregation = options.aggregation;
  variable->overwritten_by_gradient = options.overwritten_by_gradient;
  variable->initializer = options.initializer.get();
  variable->regularizer = options.regularizer.get();
  variable->constraint = options.constraint.get();
  variables_.push_back(std::move(variable));
  return variables_.back().get();
}

const Variable* Layer::AddSeed(std::optional<int64_t> seed) {
  auto variable = std::make_unique<Variable>();
  variable->name = variable->path = "seed_generator/seed_generator_state";
  variable->type = {DType::kU32, {2}};
  variable->trainable = variable->saved = false;
  variable->aggregation = Aggregation::kOwn;
  if (seed) variable->seed = static_cast<uint32_t>(*seed);
  variables_.push_back(std::move(variable));
  return variables_.back().get();
}

void Layer::RemoveWeight(const Variable* variable) {
  std::erase_if(variables_, [&](const auto& own) { return own.get() == variable; });
}

void Layer::FreezeWeight(const Variable* variable) {
  for (const auto& own : variables_) {
    if (own.get() == variable) own->trainable = false;
  }
}

absl::Status Layer::InitializeWeight(const Variable* variable, uint64_t seed) {
  for (const auto& own : variables_) {
    if (own.get() == variable) return Draw(*own, seed);
  }
  return absl::OkStatus();
}

std::vector<Variable*> Layer::own_variables() const {
  std::vector<Variable*> own;
  for (const auto& variable : variables_) own.push_back(variable.get());
  const auto rank = [](const Variable* v) { return v->trainable ? 0 : v->saved ? 1 : 2; };
  std::stable_sort(own.begin(), own.end(),
                   [&](const Variable* a, const Variable* b) { return rank(a) < rank(b); });
  return own;
}

void Layer::AppendVariables(std::vector<Variable*>& out, bool only_trainable) const {
  if (only_trainable && !trainable_) return;
  for (Variable* variable : own_variables()) {
    if (only_trainable && !variable->trainable) continue;
    out.push_back(variable);
  }
  for (const Child& child : children()) child.layer->AppendVariables(out, only_trainable);
}

std::vector<Variable*> Layer::variables() const {
  std::vector<Variable*> out;
  AppendVariables(out, false);
  KeepFirst(out);
  return out;
}

std::vector<Variable*> Layer::weights() const {
  std::vector<Variable*> out = variables();
  std::erase_if(out, [](const Variable* variable) { return !variable->saved; });
  return out;
}

std::vector<Variable*> Layer::trainable_weights() const {
  std::vector<Variable*> out;
  AppendVariables(out, true);
  KeepFirst(out);
  return out;
}

int64_t Layer::CountParams() const {
  int64_t count = 0;
  for (const Variable* variable : weights()) count += variable->type.num_elements();
  return count;
}

void Layer::AssignPaths(const std::string& prefix) {
  path_ = prefix + DisplayName() + "/";
  for (const auto& variable : variables_) variable->path = path_ + variable->name;
  for (const Child& child : children()) child.layer->AssignPaths(path_);
}

std::vector<Variable*> Layer::saved_variables() const {
  std::vector<Variable*> saved = own_variables();
  std::erase_if(saved, [](const Variable* variable) { return !variable->saved; });
  return saved;
}

absl::StatusOr<std::vector<Tensor>> Layer::SavedValues() const {
  std::vector<Tensor> values;
  for (const Variable* variable : saved_variables()) {
    if (!variable->has_value()) {
      return FailedPrecondition("{}: expected a value, received none", variable->path);
    }
    values.push_back(variable->value);
  }
  return values;
}

absl::Status Layer::Quantize(const std::shared_ptr<const QuantizationConfig>&) {
  return Unimplemented("{}: expected a layer that has a quantized form, received a {}",
                       DisplayName(), class_name());
}

absl::Status Layer::Initialize(uint64_t seed, bool only_missing) {
  for (Variable* variable : variables()) {
    if (only_missing && variable->has_value()) continue;
    RETURN_IF_ERROR(Draw(*variable, seed));
  }
  return absl::OkStatus();
}

// -- Call -----------------------------------------------------------------------------------------

ir::Values Layer::CallWith(CallContext& context, const CallArguments<ir::Value>& arguments) {
  ir::Builder& builder = context.builder();
  const ir::Builder::Scope scope(builder, name());
  if (!built_) {
    builder.SetError(FailedPrecondition("{}: expected a built layer", DisplayName()));
    return {ir::Value(&builder, -1)};
  }
  CallMasks masks(context);
  CallArguments<ir::Value> cast = arguments.Map([&](const ir::Value& value) {
    const ir::Value as = autocast() ? Autocast(value) : value;
    masks.Copy(value, as);
    return as;
  });
  std::optional<CallContext::TrainingScope> training;
  bool hides_masks = !takes_mask_of_each_argument() && cast.NumTensorArguments() > 1;
  std::erase_if(cast.kwargs, [&](const auto& keyword) {
    if (keyword.first == "mask" && !takes_mask_argument()) {
      hides_masks &= keyword.second.Flatten().empty();
      masks.Override(cast.Inputs(), keyword.second);
      return true;
    }
    if (keyword.first != "training") return false;
    if (keyword.second.is_literal() && keyword.second.literal().is_bool()) {
      training.emplace(context, keyword.second.literal().AsBool());
    }
    return true;
  });
  ir::Values outputs;
  {
    CallMasks hidden(context);
    if (hides_masks) hidden.Hide(cast.Inputs());
    outputs = CallLayer(context, cast);
  }
  AddActivityLosses(context, outputs);
  if (supports_masking() && !outputs.empty() && builder.ok() && !context.MaskOf(outputs[0])) {
    if (const ir::Value mask = ComputeMask(context, cast.Inputs())) {
      masks.KeepFor(outputs[0], mask);
    }
  }
  return outputs;
}

ir::Values Layer::CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments) {
  if (arguments.args.size() != 1 || !arguments.kwargs.empty()) {
    const std::string more = arguments.kwargs.empty() ? "more than one positional argument"
                                                      : "'" + arguments.kwargs[0].first + "'";
    context.builder().SetError(InvalidArgument(
        "{}: expected inputs, mask and training as arguments, received {}", class_name(), more));
    return {ir::Value(&context.builder(), -1)};
  }
  return {CallMany(context, arguments.Inputs())};
}

ir::Value Layer::CallMany(CallContext& context, ir::Operands inputs) {
  if (inputs.size() == 1) return Call(context, inputs[0]);
  context.builder().SetError(
      InvalidArgument("{}: expected one input, received {}", class_name(), inputs.size()));
  return ir::Value(&context.builder(), -1);
}

ir::Value Layer::Call(CallContext&, ir::Value) { CHECK(!"a layer overrides one of the calls"); }

ir::Value Layer::ComputeMask(CallContext& context, ir::Operands inputs) {
  return inputs.empty() ? ir::Value() : context.MaskOf(inputs[0]);
}

void Layer::AddActivityLosses(CallContext& context, ir::Operands outputs) const {
  const Regularizer* regularizer = activity_regularizer();
  if (regularizer == nullptr) return;
  for (const ir::Value& output : outputs) {
    const ir::Value loss = (*regularizer)(output);
    const bool per_sample = output.rank() > 0;
    context.AddLoss(per_sample ? loss / output.dim(0) : loss, per_sample);
  }
}

void Layer::AddRegularizationLosses(CallContext& context) const {
  for (const Variable* variable : trainable_weights()) {
    if (variable->regularizer == nullptr) continue;
    const ir::Builder::Scope scope(context.builder(), variable->path);
    context.AddLoss((*variable->regularizer)(context.Read(*variable)), false);
  }
}

ir::Value Layer::Weight(CallContext& context, const Variable* variable) const {
  return Autocast(context.Read(*variable));
}

ir::Value Layer::Autocast(ir::Value value) const {
  return IsFloating(value.dtype()) && IsFloating(compute_dtype())
             ? ops::Cast(value, compute_dtype())
             : value;
}

// -- Serialization --------------------------------------------------------------------------------

Json::Object Layer::OptionsConfig() const {
  return {{"name", DisplayName()}, {"trainable", trainable_}, {"dtype", ToJson(dtype_)}};
}

Json Layer::Serialize() const {
  Json json = SerializeObject(*this);
  if (!build_config_.is_null()) json.Set("build_config", build_config_);
  return json;
}

}  // namespace tricorn::keras
