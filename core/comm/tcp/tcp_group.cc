#include "core/comm/tcp/tcp_group.h"

#include <utility>

#include "core/base/status.h"
#include "core/comm/mesh_group.h"
#include "core/comm/tcp/tcp_mesh.h"

namespace tricorn::comm {

absl::StatusOr<std::unique_ptr<ComposableGroup>> ConnectTcpGroup(const TcpOptions& options) {
  CHECK(options.store != nullptr);
  CHECK(static_cast<int>(options.ranks.size()) == options.plan.size());
  ASSIGN_OR_RETURN(std::unique_ptr<Mesh> mesh, TcpMesh::Connect(options));
  return MakeMeshGroup(options.plan, options.member, std::move(mesh));
}

}  // namespace tricorn::comm
