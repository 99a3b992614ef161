// `.keras` archives, whole. What is accepted can be saved and loaded again.

#include "core/base/status.h"
#include "core/keras/saving/keras_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tricorn;
  const auto loaded = keras::LoadBytes({reinterpret_cast<const char*>(data), size});
  if (!loaded.ok()) return 0;
  const auto bytes = keras::SaveBytes(*loaded->model, absl::UnixEpoch(), loaded->optimizer);
  if (!bytes.ok()) return 0;
  const auto again = keras::LoadBytes(*bytes);
  CHECK(again.ok());
  return 0;
}
