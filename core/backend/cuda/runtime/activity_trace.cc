#include "core/backend/cuda/runtime/activity_trace.h"

#include "core/base/status.h"

#if __has_include(<cupti.h>)

#include <cupti.h>
#include <dlfcn.h>

#include <array>
#include <cstdlib>

#include "core/base/mutex.h"

namespace tricorn::backend::cuda {
namespace {

constexpr size_t kBufferNbytes = size_t{1} << 20;
constexpr size_t kBufferAlignment = 8;
constexpr std::array kKinds = {CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL, CUPTI_ACTIVITY_KIND_MEMCPY,
                               CUPTI_ACTIVITY_KIND_MEMSET};

struct Cupti {
  decltype(&cuptiActivityRegisterCallbacks) register_callbacks;
  decltype(&cuptiActivityEnable) enable;
  decltype(&cuptiActivityDisable) disable;
  decltype(&cuptiActivityFlushAll) flush;
  decltype(&cuptiActivityGetNextRecord) next_record;
};

// Where the library's callbacks, which know of no object, leave what they are handed.
struct Collected {
  Mutex mu;
  bool is_active ABSL_GUARDED_BY(mu) = false;
  std::vector<TraceEvent> events ABSL_GUARDED_BY(mu);
};

Collected& TheCollected() {
  static auto* const collected = new Collected;
  return *collected;
}

template <typename F>
bool Find(void* library, const char* name, F& function) {
  function = reinterpret_cast<F>(dlsym(library, name));
  return function != nullptr;
}

const Cupti* LoadedCupti() {
  static const Cupti* const cupti = []() -> const Cupti* {
    void* const library = dlopen("libcupti.so.13", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return nullptr;
    static Cupti found{};
    const bool is_complete =
        Find(library, "cuptiActivityRegisterCallbacks", found.register_callbacks) &&
        Find(library, "cuptiActivityEnable", found.enable) &&
        Find(library, "cuptiActivityDisable", found.disable) &&
        Find(library, "cuptiActivityFlushAll", found.flush) &&
        Find(library, "cuptiActivityGetNextRecord", found.next_record);
    return is_complete ? &found : nullptr;
  }();
  return cupti;
}

const char* CopyName(uint8_t kind) {
  if (kind == CUPTI_ACTIVITY_MEMCPY_KIND_HTOD) return "copy to device";
  if (kind == CUPTI_ACTIVITY_MEMCPY_KIND_DTOH) return "copy to host";
  return "copy";
}

template <typename Record>
TraceEvent EventOf(const Record& record, std::string name, int64_t nbytes) {
  return {.name = std::move(name),
          .stream = static_cast<int>(record.streamId),
          .start_ns = static_cast<int64_t>(record.start),
          .end_ns = static_cast<int64_t>(record.end),
          .nbytes = nbytes};
}

void Append(const CUpti_Activity* record, std::vector<TraceEvent>& events) {
  if (record->kind == CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL) {
    const auto& kernel = *reinterpret_cast<const CUpti_ActivityKernel10*>(record);
    events.push_back(EventOf(kernel, kernel.name, 0));
  } else if (record->kind == CUPTI_ACTIVITY_KIND_MEMCPY) {
    const auto& copy = *reinterpret_cast<const CUpti_ActivityMemcpy6*>(record);
    events.push_back(EventOf(copy, CopyName(copy.copyKind), static_cast<int64_t>(copy.bytes)));
  } else if (record->kind == CUPTI_ACTIVITY_KIND_MEMSET) {
    const auto& fill = *reinterpret_cast<const CUpti_ActivityMemset4*>(record);
    events.push_back(EventOf(fill, "fill", static_cast<int64_t>(fill.bytes)));
  }
}

void CUPTIAPI GiveBuffer(uint8_t** buffer, size_t* nbytes, size_t* max_records) {
  *buffer = static_cast<uint8_t*>(std::aligned_alloc(kBufferAlignment, kBufferNbytes));
  *nbytes = kBufferNbytes;
  *max_records = 0;  // as many as fit
}

void CUPTIAPI TakeBuffer(CUcontext, uint32_t, uint8_t* buffer, size_t, size_t valid_nbytes) {
  Collected& collected = TheCollected();
  {
    MutexLock lock(&collected.mu);
    CUpti_Activity* record = nullptr;
    while (collected.is_active &&
           LoadedCupti()->next_record(buffer, valid_nbytes, &record) == CUPTI_SUCCESS) {
      Append(record, collected.events);
    }
  }
  std::free(buffer);
}

absl::Status Check(CUptiResult result, std::string_view what) {
  if (result == CUPTI_SUCCESS) return absl::OkStatus();
  return Internal("{}: expected success, received CUPTI error {}", what, static_cast<int>(result));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Trace>> ActivityTrace::Start() {
  const Cupti* const cupti = LoadedCupti();
  if (cupti == nullptr) {
    return absl::NotFoundError("trace: expected libcupti.so.13, received none that can be loaded");
  }
  {
    Collected& collected = TheCollected();
    MutexLock lock(&collected.mu);
    if (collected.is_active) {
      return FailedPrecondition("trace: expected one at a time, received a second");
    }
    collected.is_active = true;
    collected.events.clear();
  }
  std::unique_ptr<ActivityTrace> trace(new ActivityTrace);
  RETURN_IF_ERROR(Check(cupti->register_callbacks(GiveBuffer, TakeBuffer), "trace"));
  for (const CUpti_ActivityKind kind : kKinds) {
    RETURN_IF_ERROR(Check(cupti->enable(kind), "trace"));
  }
  return trace;
}

ActivityTrace::~ActivityTrace() {
  for (const CUpti_ActivityKind kind : kKinds) static_cast<void>(LoadedCupti()->disable(kind));
  Collected& collected = TheCollected();
  MutexLock lock(&collected.mu);
  collected.is_active = false;
}

absl::StatusOr<std::vector<TraceEvent>> ActivityTrace::Stop() {
  RETURN_IF_ERROR(Check(LoadedCupti()->flush(CUPTI_ACTIVITY_FLAG_FLUSH_FORCED), "trace"));
  Collected& collected = TheCollected();
  MutexLock lock(&collected.mu);
  return std::move(collected.events);
}

}  // namespace tricorn::backend::cuda

#else  // a build without the library's headers

namespace tricorn::backend::cuda {

absl::StatusOr<std::unique_ptr<Trace>> ActivityTrace::Start() {
  return absl::NotFoundError("trace: expected a build with CUPTI, received one without");
}

ActivityTrace::~ActivityTrace() = default;

absl::StatusOr<std::vector<TraceEvent>> ActivityTrace::Stop() { return std::vector<TraceEvent>(); }

}  // namespace tricorn::backend::cuda

#endif
