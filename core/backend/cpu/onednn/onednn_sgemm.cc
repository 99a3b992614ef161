#include "core/backend/cpu/onednn/onednn_sgemm.h"

#include "core/backend/cpu/onednn/onednn_adapter.h"

namespace tricorn::backend::cpu {

void Sgemm(int64_t m, int64_t n, int64_t k, float alpha, const MatrixView& a, const MatrixView& b,
           float beta, float* c, int64_t c_stride) {
  const dnnl_status_t status =
      dnnl_sgemm(a.transposed ? 'T' : 'N', b.transposed ? 'T' : 'N', m, n, k, alpha, a.data,
                 a.stride, b.data, b.stride, beta, c, c_stride);
  CHECK(status == dnnl_success);  // fails for impossible strides alone
}

}  // namespace tricorn::backend::cpu
