#include "core/keras/remat/remat_recording.h"

#include <algorithm>
#include <cmath>

namespace tricorn::keras {
namespace {

thread_local RematRecording* innermost = nullptr;

// Neighbours become one, about as many in each as there are of them.
std::vector<transform::RematRegion> Joined(const std::vector<transform::RematRegion>& calls) {
  const auto count = static_cast<double>(calls.size());
  const auto each = static_cast<size_t>(std::max(std::lround(std::sqrt(count)), 1l));
  std::vector<transform::RematRegion> joined;
  for (size_t i = 0; i < calls.size(); i += each) {
    joined.push_back({calls[i].begin, calls[std::min(i + each, calls.size()) - 1].end});
  }
  return joined;
}

std::optional<RematPolicy> PolicyInForce() {
  const RematPolicy* policy = CurrentRematPolicy();
  return policy == nullptr ? std::nullopt : std::make_optional(*policy);
}

}  // namespace

RematRecording::RematRecording(const ir::Builder& builder)
    : builder_(builder), policy_(PolicyInForce()), outer_(innermost) {
  innermost = this;
}

RematRecording::~RematRecording() { innermost = outer_; }

std::vector<transform::RematRegion> RematRecording::Regions() const {
  std::vector<transform::RematRegion> regions =
      policy_ && policy_->mode == "auto" ? Joined(noted_) : noted_;
  // What ends the forward pass is needed at once.
  if (policy_ && policy_->mode == "auto" && !regions.empty()) regions.pop_back();
  return regions;
}

RematCall::RematCall(const ir::Builder& builder, Kind kind, std::string_view name)
    : recording_(innermost != nullptr && &innermost->builder_ == &builder &&
                         !innermost->within_call_ &&
                         (innermost->policy_ || kind == Kind::kRequested)
                     ? innermost
                     : nullptr),
      kind_(kind),
      name_(name),
      begin_(builder.graph().nodes().size()) {
  // Layers of a model that is called as a layer are part of its call; what only some calls are
  // picked for looks into those that it does not pick.
  if (recording_ != nullptr && kind_ != Kind::kActivation && Picks({})) {
    recording_->within_call_ = true;
  }
}

RematCall::~RematCall() {
  if (recording_ != nullptr) recording_->within_call_ = false;
}

bool RematCall::Picks(ir::Operands outputs) const {
  if (kind_ == Kind::kRequested) return true;
  const RematPolicy& policy = *recording_->policy_;
  if (policy.mode == "activations") return kind_ == Kind::kActivation;
  if (kind_ == Kind::kActivation) return false;
  if (policy.mode == "larger_than") {
    int64_t size = 0;
    for (const ir::Value& output : outputs) size += output.shape().num_elements();
    return size > policy.output_size_threshold;
  }
  if (policy.mode == "list_of_layers") {
    return std::find(policy.layer_names.begin(), policy.layer_names.end(), name_) !=
           policy.layer_names.end();
  }
  return true;
}

ir::Values Remat(const ir::Builder& builder, absl::FunctionRef<ir::Values()> function) {
  RematCall call(builder, RematCall::Kind::kRequested, "");
  ir::Values outputs = function();
  if (builder.ok()) call.Finish(outputs);
  return outputs;
}

void RematCall::Finish(ir::Operands outputs) {
  if (recording_ == nullptr) return;
  const size_t end = recording_->builder_.graph().nodes().size();
  if (end == begin_ || !Picks(outputs)) return;
  // Calls within this one gave way to it.
  auto& noted = recording_->noted_;
  while (!noted.empty() && noted.back().begin >= begin_) noted.pop_back();
  noted.push_back({begin_, end});
}

}  // namespace tricorn::keras
