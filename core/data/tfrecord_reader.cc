#include "core/data/tfrecord_reader.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "core/base/status.h"

namespace tricorn {
namespace {

constexpr std::array<uint32_t, 256> kCrcTable = [] {
  constexpr uint32_t kPolynomial = 0x82f63b78;  // Castagnoli's, reflected
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? kPolynomial : 0);
    table[byte] = crc;
  }
  return table;
}();

constexpr size_t kLengthNbytes = 8;
constexpr size_t kCrcNbytes = 4;

template <typename T>
T LittleEndian(const char* bytes) {
  T value = 0;
  for (size_t i = sizeof(T); i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

}  // namespace

uint32_t MaskedCrc32c(std::string_view bytes) {
  constexpr uint32_t kMask = 0xa282ead8;
  uint32_t crc = ~0u;
  for (const char byte : bytes) {
    crc = crc >> 8 ^ kCrcTable[(crc ^ static_cast<uint8_t>(byte)) & 0xff];
  }
  crc = ~crc;
  return (crc >> 15 | crc << 17) + kMask;
}

absl::StatusOr<std::optional<std::string_view>> TfRecordReader::Next() {
  const std::string_view rest = bytes_.substr(at_);
  if (rest.empty()) return std::nullopt;
  constexpr size_t kHeaderNbytes = kLengthNbytes + kCrcNbytes;
  if (rest.size() < kHeaderNbytes) {
    return DataLoss("record at {}: expected a header of {} bytes, received {}", at_, kHeaderNbytes,
                    rest.size());
  }
  const auto checked = [&](std::string_view part, const char* crc) {
    return LittleEndian<uint32_t>(crc) == MaskedCrc32c(part);
  };
  if (!checked(rest.substr(0, kLengthNbytes), rest.data() + kLengthNbytes)) {
    return DataLoss("record at {}: expected a length with its checksum, received another", at_);
  }
  const auto length = LittleEndian<uint64_t>(rest.data());
  if (length > rest.size() - kHeaderNbytes || rest.size() - kHeaderNbytes - length < kCrcNbytes) {
    return DataLoss("record at {}: expected {} bytes and a checksum, received {}", at_, length,
                    rest.size() - kHeaderNbytes);
  }
  const std::string_view record = rest.substr(kHeaderNbytes, length);
  if (!checked(record, record.data() + length)) {
    return DataLoss("record at {}: expected bytes with their checksum, received another", at_);
  }
  at_ += kHeaderNbytes + length + kCrcNbytes;
  return record;
}

}  // namespace tricorn
