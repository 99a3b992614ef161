#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "core/ir/builder.h"
#include "core/keras/remat/remat_scope.h"
#include "core/transform/gradient/remat.h"

namespace tricorn::keras {

// While it lives, its thread notes which nodes of `builder` the policy in force picks; not those of
// loop bodies, nor what is called within a call that is noted.
class RematRecording {
 public:
  explicit RematRecording(const ir::Builder& builder);
  ~RematRecording();
  RematRecording(const RematRecording&) = delete;
  RematRecording& operator=(const RematRecording&) = delete;

  // In order, without overlap. The last calls are left out where gradients begin with them anyway.
  std::vector<transform::RematRegion> Regions() const;

 private:
  friend class RematCall;

  const ir::Builder& builder_;
  const std::optional<RematPolicy> policy_;
  RematRecording* const outer_;
  bool within_call_ = false;
  std::vector<transform::RematRegion> noted_;
};

// One call of a layer or a function as the recording sees it, from construction to Finish.
class RematCall {
 public:
  enum class Kind : uint8_t {
    kOperation,   // that a model calls
    kActivation,  // a layer's activation function
    kRequested    // Keras's `remat(f)`: noted under any policy, and without one
  };
  RematCall(const ir::Builder& builder, Kind kind, std::string_view name);
  ~RematCall();
  RematCall(const RematCall&) = delete;
  RematCall& operator=(const RematCall&) = delete;

  void Finish(ir::Operands outputs);

 private:
  bool Picks(ir::Operands outputs) const;

  RematRecording* const recording_;  // nullptr where nothing is noted
  const Kind kind_;
  const std::string_view name_;
  const size_t begin_;
};

// What `function` builds is computed again for gradients: Keras's `remat`, for a layer of one's
// own.
ir::Values Remat(const ir::Builder& builder, absl::FunctionRef<ir::Values()> function);

}  // namespace tricorn::keras
