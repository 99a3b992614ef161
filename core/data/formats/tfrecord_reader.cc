#include "core/data/formats/tfrecord_reader.h"

#include <cstdint>

#include "core/base/status.h"
#include "core/io/crc32c.h"

namespace tricorn {
namespace {

constexpr size_t kLengthNbytes = 8;
constexpr size_t kCrcNbytes = 4;

template <typename T>
T LittleEndian(const char* bytes) {
  T value = 0;
  for (size_t i = sizeof(T); i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

}  // namespace

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
