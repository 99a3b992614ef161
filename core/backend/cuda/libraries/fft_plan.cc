#include "core/backend/cuda/libraries/fft_plan.h"

#include <cufft.h>
#include <dlfcn.h>

#include <type_traits>

#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

constexpr char kName[] = "libcufft.so.12";

struct Library {
  decltype(&cufftCreate) Create;
  decltype(&cufftDestroy) Destroy;
  decltype(&cufftSetAutoAllocation) SetAutoAllocation;
  decltype(&cufftMakePlanMany64) MakePlanMany64;
  decltype(&cufftSetStream) SetStream;
  decltype(&cufftSetWorkArea) SetWorkArea;
  decltype(&cufftExecC2C) ExecC2C;
  decltype(&cufftExecZ2Z) ExecZ2Z;
};

absl::StatusOr<const Library*> Load() {
  void* const handle = dlopen(kName, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return NotFound("{}: expected cuFFT, received {}", kName, dlerror());
  auto* const library = new Library;
  absl::Status status;
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(handle, name));
    if (function == nullptr) status.Update(NotFound("{}: expected {}, received none", kName, name));
  };
  find(library->Create, "cufftCreate");
  find(library->Destroy, "cufftDestroy");
  find(library->SetAutoAllocation, "cufftSetAutoAllocation");
  find(library->MakePlanMany64, "cufftMakePlanMany64");
  find(library->SetStream, "cufftSetStream");
  find(library->SetWorkArea, "cufftSetWorkArea");
  find(library->ExecC2C, "cufftExecC2C");
  find(library->ExecZ2Z, "cufftExecZ2Z");
  RETURN_IF_ERROR(status);
  return library;
}

absl::Status ToStatus(cufftResult result, const char* what) {
  if (result == CUFFT_SUCCESS) return absl::OkStatus();
  return Internal("{}: expected success, received cuFFT's error {}", what,
                  static_cast<int>(result));
}

class CufftPlan final : public FftPlan {
 public:
  explicit CufftPlan(const Library& library) : library_(library) {}
  ~CufftPlan() override {
    if (is_created_) library_.Destroy(handle_);
  }

  absl::Status Make(DType dtype, int64_t rows, int64_t length) {
    is_double_ = dtype == DType::kF64;
    RETURN_IF_ERROR(ToStatus(library_.Create(&handle_), "cufftCreate"));
    is_created_ = true;
    RETURN_IF_ERROR(ToStatus(library_.SetAutoAllocation(handle_, 0), "cufftSetAutoAllocation"));
    long long n = length;
    size_t nbytes = 0;
    RETURN_IF_ERROR(
        ToStatus(library_.MakePlanMany64(handle_, 1, &n, nullptr, 1, length, nullptr, 1, length,
                                         is_double_ ? CUFFT_Z2Z : CUFFT_C2C, rows, &nbytes),
                 "cufftMakePlanMany64"));
    workspace_nbytes_ = static_cast<int64_t>(nbytes);
    return absl::OkStatus();
  }

  int64_t workspace_nbytes() const override { return workspace_nbytes_; }

  absl::Status Enqueue(void* rows, void* workspace, bool inverse,
                       cudaStream_t stream) const override {
    RETURN_IF_ERROR(ToStatus(library_.SetStream(handle_, stream), "cufftSetStream"));
    RETURN_IF_ERROR(ToStatus(library_.SetWorkArea(handle_, workspace), "cufftSetWorkArea"));
    const int direction = inverse ? CUFFT_INVERSE : CUFFT_FORWARD;
    if (is_double_) {
      auto* const x = static_cast<cufftDoubleComplex*>(rows);
      return ToStatus(library_.ExecZ2Z(handle_, x, x, direction), "cufftExecZ2Z");
    }
    auto* const x = static_cast<cufftComplex*>(rows);
    return ToStatus(library_.ExecC2C(handle_, x, x, direction), "cufftExecC2C");
  }

 private:
  const Library& library_;
  cufftHandle handle_ = 0;
  bool is_created_ = false;
  bool is_double_ = false;
  int64_t workspace_nbytes_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<FftPlan>> FftPlan::Create(DType dtype, int64_t rows,
                                                         int64_t length) {
  static const auto* const library = new absl::StatusOr<const Library*>(Load());
  RETURN_IF_ERROR(library->status());
  auto plan = std::make_unique<CufftPlan>(***library);
  RETURN_IF_ERROR(plan->Make(dtype, rows, length));
  return plan;
}

}  // namespace tricorn::backend::cuda
