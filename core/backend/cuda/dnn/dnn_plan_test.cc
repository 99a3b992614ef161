#include "core/backend/cuda/dnn/dnn_plan.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "core/backend/cuda/dnn/dnn_attention.h"

// cuDNN makes plans for a device that it is only told of, so what it takes shows on any machine
// with a driver.

namespace tricorn::backend::cuda {
namespace {

// As cuDNN 9.19 describes an H100.
constexpr char kHopper[] =
    R"({"maxGridSize":[2147483647,65535,65535],"maxBlockSize":[1024,1024,64],"regsPerBlock":65536,)"
    R"("multiProcessorCount":132,"warpSize":32,"maxSharedMemoryPerBlock":49152,)"
    R"("maxSharedMemoryPerBlockOptin":232448,"reservedSharedMemoryPerBlock":1024,)"
    R"("maxRegistersPerSM":65536,"maxCtasPerSM":32,"maxThreadsPerBlock":1024,)"
    R"("maxThreadsPerSM":2048,"pciDeviceId":6,"isTccDriver":0,"supportCoopLaunch":1,)"
    R"("totalGlobalMem":85017493504,"smClockRateKHz":1980000,"memClockRateKHz":2619000,)"
    R"("l2CacheSize":52428800,"cudaDeviceId":0,"deviceVer":900,"driverVer":13000,)"
    R"("deviceName":"NVIDIA H100 80GB HBM3"})";

DnnAttention Of(int64_t batch, int64_t length, int64_t heads, int64_t size) {
  return {.batch = batch,
          .queries = length,
          .heads = heads,
          .size = size,
          .keys = length,
          .groups = heads,
          .value_size = size,
          .dtype = DType::kBF16,
          .scale = 0.125F,
          .is_causal = false,
          .bias = {},
          .bias_dtype = DType::kBF16,
          .has_bias_gradient = false};
}

TEST(DnnAttention, EveryFormHasAnEngineOnHopper) {
  if (dlopen("libcuda.so.1", RTLD_NOW) == nullptr) GTEST_SKIP() << dlerror();
  std::vector<DnnAttention> forms = {Of(64, 128, 12, 64), Of(16, 512, 12, 64), Of(16, 1024, 12, 64),
                                     Of(2, 5, 2, 8)};
  forms[2].is_causal = true;
  forms.push_back(forms[2]);
  forms.back().groups = 4;
  forms.push_back(forms[1]);
  forms.back().dtype = DType::kF16;
  for (const std::vector<int64_t>& bias : std::vector<std::vector<int64_t>>{
           {16, 1, 1, 512}, {1, 1, 512, 512}, {16, 12, 512, 512}, {16, 1, 512, 512}}) {
    forms.push_back(forms[1]);
    forms.back().bias = bias;
    forms.push_back(forms.back());
    forms.back().bias_dtype = DType::kF32;
  }
  Libraries libraries{std::string(kHopper)};
  for (const DnnAttention& form : forms) {
    SCOPED_TRACE(testing::Message()
                 << form.batch << " " << form.queries << " " << testing::PrintToString(form.bias));
    const auto forward = DnnPlan::Create(libraries, AttentionGraph(form));
    EXPECT_TRUE(forward.ok()) << forward.status();
    const auto backward = DnnPlan::Create(libraries, AttentionGradientGraph(form));
    EXPECT_TRUE(backward.ok()) << backward.status();
    if (form.bias.empty()) continue;
    DnnAttention with_gradient = form;
    with_gradient.has_bias_gradient = true;
    const auto full = DnnPlan::Create(libraries, AttentionGradientGraph(with_gradient));
    EXPECT_TRUE(full.ok()) << "dbias " << full.status();
  }
}

}  // namespace
}  // namespace tricorn::backend::cuda
