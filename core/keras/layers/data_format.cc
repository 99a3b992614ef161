#include "core/keras/layers/data_format.h"

#include "core/ops/shape/shape.h"

namespace tricorn::keras {

ir::Value ToChannelsLast(ir::Value x, DataFormat format) {
  return format == DataFormat::kChannelsLast ? x : ops::MoveAxis(x, 1, -1);
}

ir::Value FromChannelsLast(ir::Value x, DataFormat format) {
  return format == DataFormat::kChannelsLast ? x : ops::MoveAxis(x, -1, 1);
}

}  // namespace tricorn::keras
