#include "core/ops/control/control.h"

namespace tricorn::ops {

// Backends cannot run them yet.
void RegisterControl(OpRegistry&) {}

}  // namespace tricorn::ops
