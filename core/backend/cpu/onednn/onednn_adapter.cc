#include "core/backend/cpu/onednn/onednn_adapter.h"

namespace tricorn::backend::cpu::onednn {

bool Supports(DType dtype) {
  if (dtype == DType::kF32) return true;
  if (dtype != DType::kBF16) return false;
  // Below this oneDNN has bfloat16 only as slow reference loops, if at all.
  return dnnl::get_effective_cpu_isa() >= dnnl::cpu_isa::avx512_core;
}

dnnl::memory::data_type DataType(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return dnnl::memory::data_type::f32;
    case DType::kBF16:
      return dnnl::memory::data_type::bf16;
    case DType::kI8:
      return dnnl::memory::data_type::s8;
    default:
      CHECK(dtype == DType::kI32);
      return dnnl::memory::data_type::s32;
  }
}

const dnnl::engine& Engine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::memory::desc Strided(const std::vector<int64_t>& dims, DType dtype,
                           const std::vector<int64_t>& strides) {
  return {dims, DataType(dtype), strides};
}

dnnl::memory::desc AnyLayout(const std::vector<int64_t>& dims, DType dtype) {
  return {dims, DataType(dtype), dnnl::memory::format_tag::any};
}

dnnl::primitive_attr CallerScratchpad() {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attr;
}

Call::Call(const dnnl::primitive& primitive, std::vector<Argument> arguments,
           const dnnl::memory::desc& scratchpad)
    : primitive_(primitive),
      arguments_(std::move(arguments)),
      scratchpad_nbytes_(static_cast<int64_t>(scratchpad.get_size())) {
  arguments_.push_back({DNNL_ARG_SCRATCHPAD, scratchpad});
}

absl::Status Call::Run(std::initializer_list<const void*> bytes, std::byte* scratchpad) const {
  CHECK(bytes.size() + 1 == arguments_.size());
  // A stream holds no work of its own on a CPU, but is not promised to be shareable.
  thread_local dnnl::stream stream(Engine());
  try {
    std::vector<dnnl::memory> memory;
    std::vector<dnnl_exec_arg_t> arguments;
    memory.reserve(arguments_.size());
    arguments.reserve(arguments_.size());
    auto at = bytes.begin();
    for (const Argument& argument : arguments_) {
      const void* data = argument.name == DNNL_ARG_SCRATCHPAD ? scratchpad : *at++;
      memory.emplace_back(argument.desc, Engine(), const_cast<void*>(data));
      arguments.push_back({argument.name, memory.back().get()});
    }
    const dnnl_status_t status = dnnl_primitive_execute(
        primitive_.get(), stream.get(), static_cast<int>(arguments.size()), arguments.data());
    if (status != dnnl_success) return Internal("oneDNN: status {}", static_cast<int>(status));
  } catch (const dnnl::error& error) {
    return Internal("oneDNN: {}", error.what());
  }
  return absl::OkStatus();
}

}  // namespace tricorn::backend::cpu::onednn
