#pragma once

#include <memory>

#include "core/comm/mesh.h"
#include "core/comm/mpi/mpi_session.h"

namespace tricorn::comm {

// Messages between all ranks; member m is rank m. Every rank makes its meshes in the same order.
std::unique_ptr<Mesh> MakeMpiMesh(std::shared_ptr<MpiSession> session);

}  // namespace tricorn::comm
