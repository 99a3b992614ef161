// Weights files. What is read is written again and read back with the same bits.

#include "core/io/hdf5/hdf5.h"
#include "core/base/status.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tricorn;
  const auto root = ReadHdf5({reinterpret_cast<const char*>(data), size});
  if (!root.ok()) return 0;
  const auto written = WriteHdf5(*root);
  if (!written.ok()) return 0;  // a name that the writer refuses
  const auto again = ReadHdf5(*written);
  CHECK(again.ok());
  CHECK(BitwiseEqual(*root, *again));
  return 0;
}
