#pragma once

#include <utility>
#include <vector>

#include "core/keras/layers/call_context.h"
#include "core/keras/layers/nest.h"

namespace tricorn::keras {

// The masks that one layer call sees on its inputs, put back when the call ends.
class CallMasks {
 public:
  explicit CallMasks(CallContext& context) : context_(context) {}
  ~CallMasks();
  CallMasks(const CallMasks&) = delete;
  CallMasks& operator=(const CallMasks&) = delete;

  // `to` is `from` in another dtype.
  void Copy(ir::Value from, ir::Value to);
  // The call's own `mask` argument: a mask, or a list of them, one an input. Null changes nothing.
  void Override(const std::vector<ir::Value>& inputs, const Nest<ir::Value>& masks);
  // The call sees no mask on `values`.
  void Hide(const std::vector<ir::Value>& values);
  // A mask of an output, which stays.
  void KeepFor(ir::Value output, ir::Value mask);

 private:
  void Set(ir::Value value, ir::Value mask);

  CallContext& context_;
  std::vector<std::pair<ir::Value, ir::Value>> before_;
};

}  // namespace tricorn::keras
