#include "core/io/tfrecord.h"

#include <cstdint>

#include "core/io/crc32c.h"

namespace tricorn {
namespace {

template <typename T>
std::string LittleEndian(T value) {
  std::string bytes;
  for (size_t i = 0; i < sizeof(T); ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  return bytes;
}

}  // namespace

std::string TfRecord(std::string_view bytes) {
  const std::string length = LittleEndian<uint64_t>(bytes.size());
  std::string record = length + LittleEndian(MaskedCrc32c(length));
  record += bytes;
  return record + LittleEndian(MaskedCrc32c(bytes));
}

}  // namespace tricorn
