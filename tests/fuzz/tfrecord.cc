// TFRecord files, and the Examples in them: behind the checksums few changed bytes would get there.

#include "core/data/tfrecord.h"
#include "core/data/example.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tricorn;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)ParseTfRecords(bytes, {});
  const auto example = ParseExample(bytes);
  if (example.ok()) (void)example->Find("x");
  return 0;
}
