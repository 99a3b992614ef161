#pragma once

#include "core/transform/gradient/control_gradient.h"

namespace tricorn::transform {

// Of a scan node: see ControlFlowGradients.
ir::Grads ScanGradients(const ControlFlowNode& node);

}  // namespace tricorn::transform
