#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/keras/saving/keras_file.h"

namespace tricorn::worker {

// A model from the bytes of a `.keras` archive, of a `.h5` file or of the JSON of a model's config,
// whose weights are drawn by `seed` then. Random layers without a seed of their own start from
// `seed`. `compile_config_json`, a JSON object or empty, replaces the members it has in the saved
// compile config; with another optimizer the saved optimizer's state is left behind. `objects` are
// the classes that either may name. Errors: InvalidArgument, DataLoss, NotFound, Unimplemented,
// naming the part of the file.
absl::StatusOr<keras::LoadedModel> LoadJobModel(std::string_view bytes,
                                                const std::string& compile_config_json,
                                                uint64_t seed, const keras::Registries& objects);

}  // namespace tricorn::worker
