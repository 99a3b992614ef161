#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "core/backend/cpu/onednn/onednn_matmul.h"

namespace tricorn::backend::cpu {

// A matrix product whose second operand was put into the order that the processor reads best: worth
// it where many products share that operand. Run and Pack are safe from several threads at once.
class OneDnnPackedMatmul {
 public:
  virtual ~OneDnnPackedMatmul() = default;
  virtual int64_t packed_nbytes() const = 0;
  virtual int64_t workspace_nbytes() const = 0;  // of either call
  virtual absl::Status Pack(const std::byte* b, std::byte* packed, std::byte* workspace) const = 0;
  virtual absl::Status Run(const std::byte* a, const std::byte* packed, std::byte* c,
                           std::byte* workspace) const = 0;
};

// nullptr when oneDNN does not do `spec` fast (see MakeOneDnnMatmul) or wants no other order.
std::unique_ptr<OneDnnPackedMatmul> MakeOneDnnPackedMatmul(const MatmulSpec& spec);

}  // namespace tricorn::backend::cpu
