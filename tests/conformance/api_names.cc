#include "tests/conformance/api_names.h"

#include "core/base/version.h"
#include "core/keras/callbacks/lambda_callback.h"
#include "core/keras/callbacks/progbar_logger.h"
#include "core/keras/callbacks/registry.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/models/sequential.h"
#include "core/keras/plotting/plot_model.h"
#include "core/keras/preparation/categorical.h"
#include "core/keras/preparation/normalize.h"
#include "core/keras/preparation/pad_sequences.h"
#include "core/keras/preparation/split_dataset.h"
#include "core/keras/preparation/timeseries.h"
#include "core/keras/saving/clone_model.h"
#include "core/keras/saving/keras_file.h"
#include "core/keras/saving/weights_file.h"
#include "core/keras/settings/settings.h"
#include "core/ops/image/boxes.h"
#include "core/ops/image/image.h"
#include "core/ops/promotion.h"

namespace tricorn::conformance {
namespace {

using Names = std::set<std::string, std::less<>>;

// A name, and the function, member or type that it stands for.
class Entry {
 public:
  template <typename T>
  Entry(const char* name, T) : name_(name) {}
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

template <typename T>
struct Type {};

Names NamesOf(const std::vector<Entry>& entries) {
  Names names;
  for (const Entry& entry : entries) names.insert(entry.name());
  return names;
}

Names CallbackNames() {
  keras::Registry<keras::Callback> registry;
  keras::AddCallbacks(registry);
  Names names = NamesOf({{"Callback", Type<keras::Callback>()},
                         {"LambdaCallback", Type<keras::LambdaCallback>()},
                         {"ProgbarLogger", Type<keras::ProgbarLogger>()}});
  for (const auto& [name, factory] : registry.factories()) names.insert(name);
  return names;
}

// Of functions, and those that read and set what keras.config and keras.backend both have.
Names SettingNames(std::vector<Entry> entries) {
  const auto set = Type<keras::SettingsScope>();
  entries.insert(entries.end(), {{"epsilon", &keras::Settings::epsilon},
                                 {"set_epsilon", set},
                                 {"floatx", &keras::Settings::floatx},
                                 {"set_floatx", set},
                                 {"image_data_format", &keras::Settings::image_data_format},
                                 {"set_image_data_format", set}});
  return NamesOf(entries);
}

}  // namespace

std::map<std::string, Names, std::less<>> ApiNames() {
  const Entry serialize = {"serialize_keras_object", &keras::SerializeObject};
  const Entry deserialize = {"deserialize_keras_object",
                             &keras::Deserializer::Object<keras::Layer>};
  const Entry load_model = {"load_model", &keras::Load};
  const Entry save_model = {"save_model", &keras::Save};
  return {
      {"callbacks", CallbackNames()},
      {"models", NamesOf({load_model,
                          save_model,
                          {"clone_model", &keras::CloneModel},
                          {"model_from_json", &keras::ModelFromJson},
                          {"Model", Type<keras::Model>()},
                          {"Sequential", Type<keras::Sequential>()}})},
      {"saving", NamesOf({load_model,
                          save_model,
                          serialize,
                          deserialize,
                          {"load_weights", &keras::LoadWeights},
                          {"save_weights", &keras::SaveWeights},
                          {"get_registered_name", &keras::Serializable::registered_name},
                          {"get_registered_object", &keras::Registry<keras::Layer>::Find}})},
      {"utils", NamesOf({serialize,
                         deserialize,
                         {"normalize", &keras::Normalize},
                         {"pad_sequences", &keras::PadSequences},
                         {"set_random_seed", &keras::FitOptions::seed},
                         {"split_dataset", &keras::SplitDataset},
                         {"timeseries_dataset_from_array", &keras::TimeseriesDataset},
                         {"to_categorical", &keras::ToCategorical},
                         {"affine_transform", &ops::AffineTransformBoxes},
                         {"clip_to_image_size", &ops::ClipBoxes},
                         {"compute_ciou", &ops::BoxCiou},
                         {"compute_iou", &ops::BoxIou},
                         {"convert_format", &ops::ConvertBoxes},
                         {"crop", &ops::CropBoxes},
                         {"decode_deltas_to_boxes", &ops::DecodeBoxes},
                         {"encode_box_to_deltas", &ops::EncodeBoxes},
                         {"pad", &ops::PadBoxes},
                         {"model_to_dot", &keras::ModelToDot},
                         {"plot_model", &keras::ModelToSvg}})},
      {"preprocessing", NamesOf({{"pad_sequences", &keras::PadSequences},
                                 {"smart_resize", &ops::SmartResize},
                                 {"timeseries_dataset_from_array", &keras::TimeseriesDataset}})},
      {"config", SettingNames({{"dtype_policy", &keras::DefaultDTypePolicy},
                               {"set_dtype_policy", Type<keras::DTypePolicyScope>()},
                               {"max_epochs", &keras::Settings::max_epochs},
                               {"set_max_epochs", Type<keras::SettingsScope>()},
                               {"max_steps_per_epoch", &keras::Settings::max_steps_per_epoch},
                               {"set_max_steps_per_epoch", Type<keras::SettingsScope>()}})},
      {"backend", SettingNames({{"is_float_dtype", &IsFloating},
                                {"is_int_dtype", &IsInteger},
                                {"result_type", &ops::Promote},
                                {"standardize_dtype", &ParseDType}})},
      {"(root)", NamesOf({{"__version__", &Version},
                          {"version", &Version},
                          {"DTypePolicy", Type<keras::DTypePolicy>()},
                          {"FloatDTypePolicy", Type<keras::DTypePolicy>()},
                          {"Function", Type<keras::FunctionalGraph>()},
                          {"Input", &keras::Input},
                          {"KerasTensor", Type<keras::KerasTensor>()},
                          {"Model", Type<keras::Model>()},
                          {"Operation", Type<keras::Operation>()},
                          {"Sequential", Type<keras::Sequential>()},
                          {"Variable", Type<keras::Variable>()}})},
  };
}

}  // namespace tricorn::conformance
