#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/io/hdf5/hdf5.h"
#include "core/keras/models/model.h"
#include "core/keras/saving/weights.h"

// Weights as Keras 1 and 2 and tf.keras wrote them into `.h5` files: a group for each layer, by the
// layer's name, with the weights' names as an attribute, trainable ones first.

namespace tricorn::keras {

// Whether a tree has that form: the group itself, or its "model_weights".
bool IsLegacyWeights(const Hdf5Group& root);

// Errors: FailedPrecondition for a weight without a value.
absl::StatusOr<Hdf5Group> LegacyWeights(const Model& model);

// Sets the weights of a built model; nothing when anything is wrong. Layers with weights meet in
// order, whatever their names. With kSkip, weights of another shape are left alone; the answer
// names them. Errors: InvalidArgument naming the layer or weight, expected and received.
absl::StatusOr<std::vector<std::string>> LegacyWeightsInOrder(const Hdf5Group& root, Model& model,
                                                              Mismatch mismatch);
// Layers meet by name; those that the file lacks are left alone, as are the file's others.
absl::StatusOr<std::vector<std::string>> LegacyWeightsByName(const Hdf5Group& root, Model& model,
                                                             Mismatch mismatch);

// An attribute that is a list of strings, which may be cut into NAME0, NAME1, ...; empty when there
// is none.
std::vector<std::string> LegacyList(const Hdf5Group& group, const std::string& name);
void SetLegacyList(const std::string& name, const std::vector<std::string>& list, Hdf5Group& group);
// The datasets that the attribute weight_names lists, in order.
absl::StatusOr<std::vector<Tensor>> LegacyTensors(const Hdf5Group& group);
// The other way; bfloat16 becomes float32. Errors: InvalidArgument for a name that comes twice.
absl::Status SetLegacyTensors(const std::vector<std::string>& names,
                              const std::vector<Tensor>& tensors, Hdf5Group& group);

}  // namespace tricorn::keras
