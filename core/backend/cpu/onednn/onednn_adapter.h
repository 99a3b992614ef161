#pragma once

#include <dnnl.hpp>
#include <initializer_list>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "core/base/status.h"
#include "core/tensor/dtype.h"

// What the onednn_*.cc files share. The one header of ours that includes oneDNN's: only those files
// may include it.

namespace tricorn::backend::cpu::onednn {

// CHECK-fails for a dtype that Supports does not know.
dnnl::memory::data_type DataType(DType dtype);
// Whether this processor computes matrix products and convolutions of `dtype`.
bool Supports(DType dtype);

const dnnl::engine& Engine();

dnnl::memory::desc Strided(const std::vector<int64_t>& dims, DType dtype,
                           const std::vector<int64_t>& strides);
// In whatever layout the primitive likes best.
dnnl::memory::desc AnyLayout(const std::vector<int64_t>& dims, DType dtype);

// A primitive without its memory: bytes are given to each run, so runs may overlap.
class Call {
 public:
  struct Argument {
    int name;  // DNNL_ARG_*
    dnnl::memory::desc desc;
  };

  // `arguments` in the order in which Run takes their bytes.
  Call(const dnnl::primitive& primitive, std::vector<Argument> arguments,
       const dnnl::memory::desc& scratchpad);

  int64_t scratchpad_nbytes() const { return scratchpad_nbytes_; }
  absl::Status Run(std::initializer_list<const void*> bytes, std::byte* scratchpad) const;

 private:
  dnnl::primitive primitive_;
  std::vector<Argument> arguments_;
  int64_t scratchpad_nbytes_;
};

// An attribute set that takes scratchpads from the caller.
dnnl::primitive_attr CallerScratchpad();

// The choice of an implementation, with CallerScratchpad, for an operation in the order of
// arguments that every version of oneDNN has: 2 gathers them in a descriptor, 3 takes them one by
// one. Throws dnnl::error when there is none.
template <typename Primitive, typename... Operation>
typename Primitive::primitive_desc Describe(const Operation&... operation) {
  if constexpr (requires { typename Primitive::desc; }) {
    return {typename Primitive::desc(operation...), CallerScratchpad(), Engine()};
  } else {
    return {Engine(), operation..., CallerScratchpad()};
  }
}
// The same for a gradient, which asks for what was chosen for the forward direction.
template <typename Primitive, typename Forward, typename... Operation>
typename Primitive::primitive_desc DescribeGradient(const Forward& forward,
                                                    const Operation&... operation) {
  if constexpr (requires { typename Primitive::desc; }) {
    return {typename Primitive::desc(operation...), CallerScratchpad(), Engine(), forward};
  } else {
    return {Engine(), operation..., forward, CallerScratchpad()};
  }
}

// What `make` returns, or nullptr when oneDNN refuses.
template <typename F>
auto OrNull(F make) -> decltype(make()) {
  try {
    return make();
  } catch (const dnnl::error&) {
    return nullptr;
  }
}

}  // namespace tricorn::backend::cpu::onednn
