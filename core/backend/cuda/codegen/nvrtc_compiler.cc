#include "core/backend/cuda/codegen/nvrtc_compiler.h"

#include <nvrtc.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "core/backend/cuda/codegen/element_header.inc"
#include "core/base/env.h"
#include "core/base/sha256.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

// What generated kernels include, and under which names.
constexpr std::array kHeaders = {kElementHeader, kScalarHeader, kScalarGammaHeader,
                                 kScalarMathHeader};
constexpr std::array kHeaderNames = {"element.cuh", "core/ops/elementwise/scalar.h",
                                     "core/ops/elementwise/scalar_gamma.h",
                                     "core/ops/elementwise/scalar_math.h"};

absl::Status ToStatus(nvrtcResult result, std::string_view what) {
  if (result == NVRTC_SUCCESS) return absl::OkStatus();
  return Internal("{}: expected success, received {}", what, nvrtcGetErrorString(result));
}

struct ProgramDeleter {
  void operator()(nvrtcProgram program) const { nvrtcDestroyProgram(&program); }
};
using Program = std::unique_ptr<std::remove_pointer_t<nvrtcProgram>, ProgramDeleter>;

std::string LogOf(nvrtcProgram program) {
  size_t size = 0;
  if (nvrtcGetProgramLogSize(program, &size) != NVRTC_SUCCESS) return "";
  std::string log(size, '\0');
  if (nvrtcGetProgramLog(program, log.data()) != NVRTC_SUCCESS) return "";
  return log;
}

}  // namespace

NvrtcCompiler::NvrtcCompiler(std::string architecture, std::string cache)
    : architecture_(std::move(architecture)), cache_(std::move(cache)) {}

std::string NvrtcCompiler::DefaultCache() {
  if (const char* own = std::getenv("TRICORN_CUDA_CACHE")) return own;
  if (const char* xdg = std::getenv("XDG_CACHE_HOME")) return JoinPath(xdg, "tricorn/cuda");
  if (const char* home = std::getenv("HOME")) return JoinPath(home, ".cache/tricorn/cuda");
  return "";
}

std::string NvrtcCompiler::PathOf(std::string_view source) const {
  int major = 0, minor = 0;
  static_cast<void>(nvrtcVersion(&major, &minor));
  Sha256 hash;
  hash.Update(fmt::format("{}.{} {}\n", major, minor, architecture_));
  for (const char* header : kHeaders) hash.Update(header);
  hash.Update(source);
  return JoinPath(cache_, hash.HexDigest() + ".cubin");
}

absl::StatusOr<std::string> NvrtcCompiler::Compile(std::string_view source) const {
  if (cache_.empty()) return CompileAfresh(source);
  Env& env = Env::Posix();
  const std::string path = PathOf(source);
  if (env.Exists(path)) {
    absl::StatusOr<std::string> kept = env.ReadFile(path);
    if (kept.ok()) return kept;
  }
  ASSIGN_OR_RETURN(std::string cubin, CompileAfresh(source));
  // Where nothing can be written the next process compiles it again.
  if (env.MakeDirectories(cache_).ok()) env.WriteFileAtomically(path, cubin).IgnoreError();
  return cubin;
}

absl::StatusOr<std::string> NvrtcCompiler::CompileAfresh(std::string_view source) const {
  const std::string text = fmt::format("#include \"element.cuh\"\n{}", source);
  nvrtcProgram raw = nullptr;
  RETURN_IF_ERROR(ToStatus(
      nvrtcCreateProgram(&raw, text.c_str(), "kernel.cu", static_cast<int>(kHeaders.size()),
                         kHeaders.data(), kHeaderNames.data()),
      "nvrtcCreateProgram"));
  const Program program(raw);
  // No contraction: a fused kernel rounds as its parts do.
  const std::string arch = fmt::format("--gpu-architecture={}", architecture_);
  const std::array<const char*, 3> options = {arch.c_str(), "--std=c++20", "--fmad=false"};
  const nvrtcResult result =
      nvrtcCompileProgram(raw, static_cast<int>(options.size()), options.data());
  if (result != NVRTC_SUCCESS) {
    return Internal("generated kernel: expected it to compile, received {}\n{}", LogOf(raw),
                    source);
  }
  size_t size = 0;
  RETURN_IF_ERROR(ToStatus(nvrtcGetCUBINSize(raw, &size), "nvrtcGetCUBINSize"));
  std::string cubin(size, '\0');
  RETURN_IF_ERROR(ToStatus(nvrtcGetCUBIN(raw, cubin.data()), "nvrtcGetCUBIN"));
  return cubin;
}

}  // namespace tricorn::backend::cuda
