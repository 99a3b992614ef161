#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "core/base/env.h"
#include "core/tensor/npy.h"

namespace tricorn {

struct ZipMember {
  std::string name;
  uint64_t size = 0;  // bytes, decompressed
};

// A ZIP archive of stored and deflated members, read member by member. For one thread at a time.
// Errors: InvalidArgument or DataLoss for a damaged archive, a member whose checksum is wrong, a
// name that is absolute, leaves its folder or comes twice, members that overlap, end records that
// claim more members than fit (zip_end_record.h), and bombs: a size that deflate cannot reach from
// the compressed one, or above 4 GiB and 100 times the compressed.
class ZipReader {
 public:
  static absl::StatusOr<std::unique_ptr<ZipReader>> Open(std::unique_ptr<RandomAccessFile> file);
  virtual ~ZipReader() = default;

  const std::vector<ZipMember>& members() const { return members_; }  // in the archive's order
  bool Has(std::string_view name) const;

  // Calls `consume` with the member's size and a stream of its bytes. Bytes that it leaves are
  // read and checked too.
  virtual absl::Status Stream(
      std::string_view name,
      absl::FunctionRef<absl::Status(uint64_t nbytes, ReadBytes read)> consume) = 0;
  absl::StatusOr<std::string> Read(std::string_view name);

 protected:
  std::vector<ZipMember> members_;
};

struct ZipEntry {
  std::string_view name;
  std::string_view bytes;
};

// An archive of stored members in the given order, dated 1980-01-01: equal entries, equal bytes.
absl::StatusOr<std::string> WriteZip(std::span<const ZipEntry> entries);

}  // namespace tricorn
