#pragma once

#include <memory>

#include "core/comm/group.h"
#include "core/comm/group_plan.h"
#include "core/comm/mesh.h"

namespace tricorn::comm {

// The collectives of `plan` by messages: every member sums a slice for all, or, where arrays are
// short, everything for itself.
std::unique_ptr<ComposableGroup> MakeMeshGroup(GroupPlan plan, int member,
                                               std::unique_ptr<Mesh> mesh);

}  // namespace tricorn::comm
