#pragma once

#include <memory>
#include <vector>

#include "core/keras/models/functional.h"
#include "core/keras/models/model.h"

namespace tricorn::keras::models {

// A model class of the user's own, as one derives from keras.Model in Python: layers as attributes,
// and what it computes in terms of them. It learns its inputs when it is built, and is saved by its
// config and its registered name, with its weights under the attributes' names.
//
//   class Autoencoder : public LayerWith<Autoencoder, AutoencoderConfig, models::Subclassed> {
//    public:
//     static constexpr std::string_view kClassName = "Autoencoder";
//     static constexpr std::string_view kRegisteredName = "my_package>Autoencoder";
//     explicit Autoencoder(AutoencoderConfig config = {}, LayerOptions options = {})
//         : LayerWith(config, std::move(options)), encode_({.units = config.code}), ... {}
//     std::vector<Child> children() const override {
//       return {{.attribute = "encode", .layer = encode_}, {.attribute = "decode", ...}};
//     }
//    protected:
//     Nest<KerasTensor> Compose(const Nest<KerasTensor>& x) override {
//       return decode_(encode_(x.leaf()));
//     }
//     ...
//   };
class Subclassed : public Model {
 public:
  using Model::Model;

  const FunctionalGraph* graph() const override {
    return functional_ == nullptr ? nullptr : functional_->graph();
  }
  const std::vector<KerasTensor>& inputs() const override;
  const std::vector<KerasTensor>& outputs() const override;
  // Those of children(), which a class gives.
  std::vector<std::shared_ptr<Layer>> layers() const override;
  std::vector<Child> children() const override = 0;

 protected:
  // The outputs, by calls of the model's layers; one tensor, a list or a dictionary, like `inputs`.
  virtual Nest<KerasTensor> Compose(const Nest<KerasTensor>& inputs) = 0;

  absl::Status BuildWith(const CallArguments<SymbolicType>& arguments) final;
  ir::Values CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments) override;

 private:
  std::unique_ptr<Functional> functional_;
};

}  // namespace tricorn::keras::models
