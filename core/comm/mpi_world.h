#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "core/comm/communicator.h"
#include "core/comm/shard_tree.h"

namespace tricorn::comm {

// What a program and a module must have in common to share types.
inline constexpr char kMpiModuleBuild[] = "tricorn mpi module 1, " __VERSION__;

// This process among those that one mpirun started; alone where none did. One of a process, once.
//
// Destroying it waits for the other processes to do the same (MPI_Finalize), unless one of its
// communicators has ended with an error: then MPI is left as it is and the process should end.
class MpiWorld {
 public:
  virtual ~MpiWorld() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;
  // Among the processes of this host: which of its GPUs is this process's.
  virtual int local_rank() const = 0;
  virtual int local_size() const = 0;

  // A communicator over all ranks, which call it too, in the same order; outlived by the world.
  // It copies no file and asks no store: what else the ranks must agree on, an NCCL id say, they
  // broadcast over it.
  // Errors: InvalidArgument if the ranks' shards are no partition.
  virtual absl::StatusOr<std::unique_ptr<Communicator>> Connect(ShardRange shards,
                                                                int total_shards) = 0;
};

// Joins through the module libtricorn_mpi.so beside the running program (or at
// $TRICORN_MPI_MODULE), which brings in OpenMPI. NotFound when there is no module, or no OpenMPI;
// FailedPrecondition when it is of another build.
absl::StatusOr<std::unique_ptr<MpiWorld>> JoinMpiWorld();

}  // namespace tricorn::comm
