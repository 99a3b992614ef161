#include "core/ops/random/random.h"

#include "core/backend/reference/primitive.h"
#include "core/base/random.h"

namespace tricorn::backend::reference {
namespace {

absl::Status RandomBits(const Call& c) {
  const std::array<uint32_t, 2> key = {static_cast<uint32_t>(c.x(0).values[0]),
                                       static_cast<uint32_t>(c.x(0).values[1])};
  for (size_t i = 0; i < c.y().values.size(); ++i) {
    const uint64_t block = i / 4;
    const auto words =
        Philox(key, {static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32), 0, 0});
    c.y().values[i] = words[i % 4];
  }
  return absl::OkStatus();
}

}  // namespace

void AddRandom(PrimitiveTable& table) { table[ops::kRandomBits.name] = RandomBits; }

}  // namespace tricorn::backend::reference
