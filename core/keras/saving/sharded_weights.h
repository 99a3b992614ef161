#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "core/base/env.h"
#include "core/io/hdf5/hdf5.h"

namespace tricorn::keras {

// A weights tree over several files, as Keras's `save_weights(max_shard_size=...)` writes it:
// BASE.weights.json maps each `vars` group to its files BASE_00000.weights.h5, ... Groups fill
// one shard after the other; a group may go on in the next one.
// Errors: InvalidArgument for a variable that is larger than a shard.
absl::Status WriteShards(Env& env, const std::string& json_path, const Hdf5Group& weights,
                         double max_shard_nbytes);

// Errors: InvalidArgument for a map of another form, or one that names files elsewhere or with a
// variable twice; those of ReadHdf5.
absl::StatusOr<Hdf5Group> ReadShards(Env& env, const std::string& json_path);

}  // namespace tricorn::keras
