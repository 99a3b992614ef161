#include "core/backend/cuda/codegen/source_module.h"

#include <algorithm>
#include <thread>

#include "core/backend/cuda/runtime/cuda_error.h"
#include "core/base/status.h"
#include "core/base/thread_pool.h"

namespace tricorn::backend::cuda {
namespace {

constexpr int kMaxCompilers = 16;
constexpr int64_t kSharedNbytesOfAny = 48 << 10;  // a block may have without being allowed more

}  // namespace

SourceModule::~SourceModule() {
  for (const cudaLibrary_t library : libraries_) static_cast<void>(cudaLibraryUnload(library));
}

std::shared_ptr<const Function> SourceModule::Add(const KernelSource& source) {
  std::string text =
      fmt::format("{}extern \"C\" __global__ void __launch_bounds__({}) {}({}) {{\n{}}}\n",
                  source.declarations, source.threads, source.name, source.parameters, source.body);
  // The shared memory that a launch may have is the function's.
  const auto [at, is_new] =
      by_text_.try_emplace(fmt::format("{} {}", source.shared_nbytes, text), sources_.size());
  if (is_new) {
    if (early_) early_->Add(text);
    sources_.push_back(
        {source.name, std::move(text), source.shared_nbytes, std::make_shared<Function>()});
  }
  return sources_[at->second].function;
}

absl::StatusOr<std::vector<std::string>> SourceModule::Compile(
    const NvrtcCompiler& compiler) const {
  std::vector<std::string> cubins(sources_.size());
  std::vector<absl::Status> statuses(sources_.size());
  const auto count = static_cast<int>(sources_.size());
  const int hardware = static_cast<int>(std::thread::hardware_concurrency());
  ThreadPool compilers(std::clamp(std::min(hardware, count), 1, kMaxCompilers));
  compilers.ForEach(count, [&](int i) {
    const auto at = static_cast<size_t>(i);
    absl::StatusOr<std::string> cubin = compiler.Compile(sources_[at].text);
    if (cubin.ok()) {
      cubins[at] = *std::move(cubin);
    } else {
      statuses[at] = cubin.status();
    }
  });
  for (const absl::Status& status : statuses) RETURN_IF_ERROR(status);
  return cubins;
}

absl::Status SourceModule::Load(const NvrtcCompiler& compiler) {
  ASSIGN_OR_RETURN(const std::vector<std::string> cubins,
                   early_ ? early_->Wait() : Compile(compiler));
  early_.reset();  // its threads
  for (size_t i = 0; i < sources_.size(); ++i) {
    cudaLibrary_t library = nullptr;
    RETURN_IF_CUDA_ERROR(
        cudaLibraryLoadData(&library, cubins[i].data(), nullptr, nullptr, 0, nullptr, nullptr, 0));
    libraries_.push_back(library);
    const cudaKernel_t& kernel = sources_[i].function->handle;
    RETURN_IF_CUDA_ERROR(
        cudaLibraryGetKernel(&sources_[i].function->handle, library, sources_[i].name.c_str()));
    if (sources_[i].shared_nbytes <= kSharedNbytesOfAny) continue;
    int device = 0;
    RETURN_IF_CUDA_ERROR(cudaGetDevice(&device));
    RETURN_IF_CUDA_ERROR(
        cudaKernelSetAttributeForDevice(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                        static_cast<int>(sources_[i].shared_nbytes), device));
  }
  return absl::OkStatus();
}

}  // namespace tricorn::backend::cuda
