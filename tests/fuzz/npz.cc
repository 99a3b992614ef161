// NumPy archives, every member of which is read.

#include "core/io/npz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tricorn;
  auto reader = NpzReader::OpenBytes({reinterpret_cast<const char*>(data), size});
  if (!reader.ok()) return 0;
  for (const std::string& name : reader->names()) (void)reader->Read(name);
  return 0;
}
