#include "core/keras/dtype_policies/dtype_policy.h"

#include <array>
#include <charconv>

#include "core/base/json_fields.h"
#include "core/keras/dtype_policies/dtype_policy_map.h"
#include "core/keras/settings/settings.h"

namespace tricorn::keras {
namespace {

constexpr std::array<std::string_view, 6> kModes = {"int8",    "int4", "float8",
                                                    "ternary", "gptq", "awq"};
constexpr std::string_view kFrom = "_from_";

std::vector<std::string_view> SplitAtSlashes(std::string_view text) {
  std::vector<std::string_view> parts;
  for (size_t slash = text.find('/'); slash != text.npos; slash = text.find('/')) {
    parts.push_back(text.substr(0, slash));
    text.remove_prefix(slash + 1);
  }
  parts.push_back(text);
  return parts;
}

absl::StatusOr<int64_t> ParseNumber(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  return InvalidArgument("expected an integer, received '{}'", text);
}

}  // namespace

std::string_view Name(QuantizationMode mode) { return kModes[static_cast<size_t>(mode)]; }

DTypePolicy::DTypePolicy(std::string name) : name_(std::move(name)) {
  std::string_view dtypes = name_;
  if (const size_t from = dtypes.find(kFrom); from != dtypes.npos) {
    mode_text_ = std::string(dtypes.substr(0, from));
    dtypes.remove_prefix(from + kFrom.size());
    status_ = WithSubject(ParseMode(mode_text_), "dtype policy");
    if (!status_.ok()) return;
  }
  constexpr std::string_view kMixed = "mixed_";
  if (dtypes == "mixed_float16" || dtypes == "mixed_bfloat16") {
    compute_ = *ParseDType(dtypes.substr(kMixed.size()));
    return;
  }
  const absl::StatusOr<DType> dtype = ParseDType(dtypes);
  if (!dtype.ok()) {
    status_ = InvalidArgument(
        "dtype policy: expected a dtype, mixed_float16 or mixed_bfloat16, received '{}'", dtypes);
    return;
  }
  compute_ = variable_ = *dtype;
}

// "int8", "int4", "int4/<block size>", "gptq/<bits>/<group size>", "awq/4/<group size>", ...
absl::Status DTypePolicy::ParseMode(std::string_view mode) {
  const std::vector<std::string_view> parts = SplitAtSlashes(mode);
  for (size_t i = 0; i < kModes.size(); ++i) {
    if (parts[0] == kModes[i]) mode_ = static_cast<QuantizationMode>(i);
  }
  const bool weight_only = mode_ == QuantizationMode::kGptq || mode_ == QuantizationMode::kAwq;
  const bool fits = weight_only                        ? parts.size() == 3
                    : mode_ == QuantizationMode::kInt4 ? parts.size() <= 2
                                                       : parts.size() == 1;
  if (!mode_ || !fits) {
    mode_.reset();
    return InvalidArgument(
        "expected int8, int4[/block], float8, ternary, gptq/bits/group or awq/4/group, received "
        "'{}'",
        mode);
  }
  if (weight_only) {
    ASSIGN_OR_RETURN(weight_bits_, ParseNumber(parts[1]));
    const bool known =
        weight_bits_ == 4 || (mode_ == QuantizationMode::kGptq &&
                              (weight_bits_ == 2 || weight_bits_ == 3 || weight_bits_ == 8));
    if (!known) return InvalidArgument("expected 2, 3, 4 or 8 bits, received '{}'", mode);
  }
  if (parts.size() == 1) return absl::OkStatus();
  ASSIGN_OR_RETURN(block_size_, ParseNumber(parts.back()));
  if (block_size_ > 0 || block_size_ == -1) return absl::OkStatus();
  return InvalidArgument("expected -1 or a positive size of groups, received '{}'", mode);
}

DTypePolicy DTypePolicy::Float8(std::string source_name, int64_t amax_history_length) {
  DTypePolicy policy("float8_from_" + source_name);
  policy.amax_history_length_ = amax_history_length;
  if (amax_history_length < 1) {
    policy.status_ = InvalidArgument(
        "dtype policy: amax_history_length: expected a positive number, received {}",
        amax_history_length);
  }
  return policy;
}

std::string DTypePolicy::source_name() const {
  return mode_ ? name_.substr(mode_text_.size() + kFrom.size()) : name_;
}

std::string_view DTypePolicy::class_name() const {
  if (!mode_) return "DTypePolicy";
  switch (*mode_) {
    case QuantizationMode::kInt4:
      return mode_text_ == "int4" ? "QuantizedDTypePolicy" : "Int4DTypePolicy";
    case QuantizationMode::kFloat8:
      return "QuantizedFloat8DTypePolicy";
    case QuantizationMode::kTernary:
      return "TernaryDTypePolicy";
    case QuantizationMode::kGptq:
      return "GPTQDTypePolicy";
    case QuantizationMode::kAwq:
      return "AWQDTypePolicy";
    default:
      return "QuantizedDTypePolicy";
  }
}

absl::StatusOr<DTypePolicy> DTypePolicy::At(std::string_view path) const {
  return map_ == nullptr ? *this : map_->At(path);
}

absl::Status DTypePolicy::Decode(const Json& json, const Deserializer& deserializer) {
  if (json.is_string()) {
    *this = DTypePolicy(json.AsString());
    return status_;
  }
  if (json.is_null()) {
    *this = DefaultDTypePolicy();
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const ObjectForm form, ParseObjectForm(json));
  if (form.class_name == "DTypePolicyMap") {
    auto map = std::make_shared<DTypePolicyMap>();
    RETURN_IF_ERROR(map->Decode(form.config, deserializer));
    *this = map->default_policy();
    map_ = std::move(map);
    return status_;
  }
  if (form.class_name == "DTypePolicy" || form.class_name == "FloatDTypePolicy") {
    if (!form.config["name"].is_string()) {
      return InvalidArgument("dtype policy: expected a name, received {}", form.config.Dump());
    }
    *this = DTypePolicy(form.config["name"].AsString());
    return status_;
  }
  const Json& mode = form.config["mode"];
  const Json& source = form.config["source_name"];
  if (!mode.is_string() || !(source.is_string() || source.is_null())) {
    return InvalidArgument("dtype policy: expected a mode and a source_name, received {}",
                           form.config.Dump());
  }
  const std::string source_name =
      source.is_null() ? DefaultDTypePolicy().name() : source.AsString();
  if (mode == Json("float8")) {
    int64_t length = kDefaultAmaxHistoryLength;
    if (const Json& given = form.config["amax_history_length"]; !given.is_null()) {
      RETURN_IF_ERROR(WithSubject(FromJson(given, &length), "amax_history_length"));
    }
    *this = Float8(source_name, length);
  } else {
    *this = DTypePolicy(mode.AsString() + std::string(kFrom) + source_name);
  }
  RETURN_IF_ERROR(status_);
  if (form.class_name == class_name()) return absl::OkStatus();
  return NotFound("dtype policy: expected {} for mode {}, received {}", class_name(),
                  mode.AsString(), form.class_name);
}

Json ToJson(const DTypePolicy& policy) {
  if (policy.map_ != nullptr) return ToJson(*policy.map_);
  if (!policy.mode_) {
    return Json::MakeObject({{"module", "keras"},
                             {"class_name", "DTypePolicy"},
                             {"config", Json::MakeObject({{"name", policy.name_}})},
                             {"registered_name", Json()}});
  }
  Json config =
      Json::MakeObject({{"mode", policy.mode_text_}, {"source_name", policy.source_name()}});
  if (policy.mode_ == QuantizationMode::kFloat8) {
    config.Set("amax_history_length", policy.amax_history_length_);
  }
  return Json::MakeObject({{"module", "keras.dtype_policies"},
                           {"class_name", policy.class_name()},
                           {"config", std::move(config)},
                           {"registered_name", Json()}});
}

// -- Defaults -------------------------------------------------------------------------------------

namespace {

thread_local const DTypePolicyScope* innermost = nullptr;

}  // namespace

DTypePolicyScope::DTypePolicyScope(DTypePolicy policy)
    : policy_(std::move(policy)), outer_(innermost) {
  innermost = this;
}

DTypePolicyScope::~DTypePolicyScope() { innermost = outer_; }

DTypePolicy DefaultDTypePolicy() {
  if (innermost != nullptr) return innermost->policy_;
  return DTypePolicy(std::string(Name(CurrentSettings().floatx)));
}

std::vector<std::string_view> DTypePolicyClassNames() {
  return {"DTypePolicy",
          "FloatDTypePolicy",
          "QuantizedDTypePolicy",
          "Int4DTypePolicy",
          "QuantizedFloat8DTypePolicy",
          "TernaryDTypePolicy",
          "GPTQDTypePolicy",
          "AWQDTypePolicy",
          "DTypePolicyMap"};
}

}  // namespace tricorn::keras
