#include <utility>
#include <vector>

#include "core/base/status.h"
#include "core/comm/mesh_group.h"
#include "core/comm/mpi/mpi_mesh.h"
#include "core/comm/mpi_world.h"

// What a program finds in this module: see mpi_world.cc.

namespace tricorn::comm {
namespace {

class ModuleWorld final : public MpiWorld {
 public:
  explicit ModuleWorld(std::shared_ptr<MpiSession> session) : session_(std::move(session)) {}

  int rank() const override { return session_->rank(); }
  int size() const override { return session_->size(); }
  int local_rank() const override { return session_->local_rank(); }
  int local_size() const override { return session_->local_size(); }

  absl::StatusOr<std::unique_ptr<Communicator>> Connect(ShardRange shards,
                                                        int total_shards) override {
    std::unique_ptr<Mesh> mesh = MakeMpiMesh(session_);
    std::vector<ShardRange> all(size());
    all[rank()] = shards;
    for (int peer = 0; peer < size(); ++peer) {
      if (peer == rank()) continue;
      mesh->Send(peer, reinterpret_cast<const std::byte*>(&shards), sizeof shards);
      mesh->Receive(peer, reinterpret_cast<std::byte*>(&all[peer]), sizeof shards);
    }
    RETURN_IF_ERROR(mesh->Exchange());
    ASSIGN_OR_RETURN(GroupPlan plan, GroupPlan::OfRanks(total_shards, all));
    return MakeCommunicator(MakeMeshGroup(std::move(plan), rank(), std::move(mesh)));
  }

 private:
  const std::shared_ptr<MpiSession> session_;
};

}  // namespace
}  // namespace tricorn::comm

extern "C" {

__attribute__((visibility("default"))) const char* tricorn_mpi_module_build() {
  return tricorn::comm::kMpiModuleBuild;
}

__attribute__((visibility("default"))) void tricorn_mpi_join(
    absl::StatusOr<std::unique_ptr<tricorn::comm::MpiWorld>>* world) {
  auto session = tricorn::comm::MpiSession::Begin();
  if (!session.ok()) {
    *world = session.status();
  } else {
    *world = std::make_unique<tricorn::comm::ModuleWorld>(*std::move(session));
  }
}
}
