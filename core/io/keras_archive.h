#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/env.h"
#include "core/base/json.h"
#include "core/io/hdf5/hdf5.h"

namespace tricorn {

// What a `.keras` file holds: a ZIP of metadata.json, config.json, model.weights.h5 and, below
// assets/, the files of layers that have some.
struct KerasArchive {
  Json metadata;  // {"keras_version", "date_saved"}; null if the file has none
  Json config;    // the model's serialized object
  Hdf5Group weights;
  std::map<std::string, std::string> assets;  // by path below assets/
};

// The metadata of Keras 3 at this (UTC) time.
Json KerasMetadata(absl::Time date_saved);

// Errors: InvalidArgument or DataLoss, naming the member, for a file that is damaged, lacks
// config.json or model.weights.h5, or is beyond the limits of ZipReader, Json and ReadHdf5;
// Unimplemented for weights in .npz (pickled) form and for features that ReadHdf5 lacks.
absl::StatusOr<KerasArchive> ParseKerasArchive(std::string_view bytes);
absl::StatusOr<KerasArchive> ReadKerasArchive(Env& env, const std::string& path);

// Stored members in Keras's order. Equal archives give equal bytes. A file appears whole or not at
// all.
absl::StatusOr<std::string> SerializeKerasArchive(const KerasArchive& archive);
absl::Status WriteKerasArchive(Env& env, const std::string& path, const KerasArchive& archive);

// A bare `.weights.h5`, as save_weights writes it.
absl::StatusOr<Hdf5Group> ReadKerasWeights(Env& env, const std::string& path);
absl::Status WriteKerasWeights(Env& env, const std::string& path, const Hdf5Group& weights);

}  // namespace tricorn
