#include "core/io/zip/zip_end_record.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "core/base/status.h"

namespace tricorn {
namespace {

// Layouts: PKWARE APPNOTE 6.3.9, sections 4.3.12 (an entry of the directory), 4.3.14 to 4.3.16.
constexpr std::string_view kSignature("PK\5\6", 4);
constexpr std::string_view kSignature64("PK\6\6", 4);
constexpr std::string_view kLocatorSignature("PK\6\7", 4);
constexpr size_t kRecordNbytes = 22;
constexpr size_t kRecord64Nbytes = 56;
constexpr size_t kLocatorNbytes = 20;
constexpr size_t kMaxCommentNbytes = 0xffff;
constexpr uint64_t kMinEntryNbytes = 46;
constexpr int kMaxRecords = 8;

template <typename T>
T Number(std::string_view record, size_t at) {
  T value;
  std::memcpy(&value, record.data() + at, sizeof(value));
  return value;
}

absl::Status CheckClaim(uint64_t on_this_disk, uint64_t in_all, uint64_t file_nbytes) {
  const uint64_t claimed = std::max(on_this_disk, in_all);
  if (claimed <= file_nbytes / kMinEntryNbytes) return absl::OkStatus();
  return InvalidArgument("zip: expected at most {} members in {} bytes, received {}",
                         file_nbytes / kMinEntryNbytes, file_nbytes, claimed);
}

// `locator` precedes an end record and says where its form for large archives is.
absl::Status CheckRecord64(const RandomAccessFile& file, std::string_view locator) {
  const auto offset = Number<uint64_t>(locator, 8);
  if (file.size() < kRecord64Nbytes || offset > file.size() - kRecord64Nbytes) {
    return absl::OkStatus();
  }
  std::string record(kRecord64Nbytes, '\0');
  RETURN_IF_ERROR(file.ReadAt(offset, record.size(), record.data()));
  if (!record.starts_with(kSignature64)) return absl::OkStatus();
  return CheckClaim(Number<uint64_t>(record, 24), Number<uint64_t>(record, 32), file.size());
}

}  // namespace

absl::Status CheckZipEndRecords(const RandomAccessFile& file) {
  const size_t nbytes =
      std::min<uint64_t>(file.size(), kMaxCommentNbytes + kRecordNbytes + kLocatorNbytes);
  std::string bytes(nbytes, '\0');
  RETURN_IF_ERROR(file.ReadAt(file.size() - nbytes, nbytes, bytes.data()));
  const std::string_view tail = bytes;
  int records = 0;
  for (size_t at = 0; (at = tail.find(kSignature, at)) != tail.npos; at += kSignature.size()) {
    if (tail.size() - at < kRecordNbytes) break;
    if (++records > kMaxRecords) {
      return InvalidArgument("zip: expected one end record, received more than {}", kMaxRecords);
    }
    const std::string_view locator =
        at < kLocatorNbytes ? "" : tail.substr(at - kLocatorNbytes, kLocatorNbytes);
    if (locator.starts_with(kLocatorSignature)) {
      RETURN_IF_ERROR(CheckRecord64(file, locator));
      continue;
    }
    RETURN_IF_ERROR(
        CheckClaim(Number<uint16_t>(tail, at + 8), Number<uint16_t>(tail, at + 10), file.size()));
  }
  return absl::OkStatus();
}

}  // namespace tricorn
