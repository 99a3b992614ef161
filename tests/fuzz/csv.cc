// CSV text. The first byte picks the options.

#include "core/data/formats/csv.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tricorn;
  if (size == 0) return 0;
  CsvOptions options;
  options.header = data[0] & 1;
  options.delimiter = data[0] & 2 ? ";" : ",";
  if (data[0] & 4) options.y = {Json(-1)};
  if (data[0] & 8) options.sample_weight = Json(0);
  (void)ParseCsv({reinterpret_cast<const char*>(data) + 1, size - 1}, options);
  return 0;
}
