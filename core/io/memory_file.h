#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "core/base/env.h"
#include "core/base/status.h"

namespace tricorn {

// A file whose bytes are in memory: what arrives by wire is read as what lies on disk.
class MemoryFile : public RandomAccessFile {
 public:
  explicit MemoryFile(std::string bytes) : owned_(std::move(bytes)), bytes_(owned_) {}
  // `bytes` stays alive as long as the file does.
  static std::unique_ptr<MemoryFile> Borrow(std::string_view bytes) {
    auto file = std::make_unique<MemoryFile>(std::string());
    file->bytes_ = bytes;
    return file;
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  uint64_t size() const override { return bytes_.size(); }
  absl::Status ReadAt(uint64_t offset, size_t nbytes, char* out) const override {
    if (offset > bytes_.size() || nbytes > bytes_.size() - offset) {
      return DataLoss("expected {} bytes at offset {}, received end of file", nbytes, offset);
    }
    if (nbytes > 0) std::memcpy(out, bytes_.data() + offset, nbytes);
    return absl::OkStatus();
  }

 private:
  const std::string owned_;
  std::string_view bytes_;
};

}  // namespace tricorn
