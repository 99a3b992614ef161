// A model's config.json. What is accepted can be saved and loaded again.

#include "core/base/status.h"
#include "core/keras/saving/keras_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tricorn;
  const auto json = Json::Parse({reinterpret_cast<const char*>(data), size});
  if (!json.ok()) return 0;
  const auto model = keras::ModelFromJson(*json);
  if (!model.ok()) return 0;
  const auto bytes = keras::SaveBytes(**model, absl::UnixEpoch());
  if (!bytes.ok()) return 0;
  const auto again = keras::LoadBytes(*bytes);
  CHECK(again.ok());
  return 0;
}
