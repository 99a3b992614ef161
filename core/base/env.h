#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace tricorn {

// A file being written. Close reports what the disk said; the destructor closes without asking.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  virtual absl::Status Append(std::string_view data) = 0;
  virtual absl::Status Sync() = 0;
  virtual absl::Status Close() = 0;
};

// A file read at any offset; safe for several threads.
class RandomAccessFile {
 public:
  virtual ~RandomAccessFile() = default;
  virtual uint64_t size() const = 0;
  // Fills `out` with `nbytes` from `offset`; DataLoss when the file ends before.
  virtual absl::Status ReadAt(uint64_t offset, size_t nbytes, char* out) const = 0;
};

// All file I/O goes through an Env, so tests inject full disks, torn writes and crashes.
// Errors carry the path: NotFound, AlreadyExists, PermissionDenied, ResourceExhausted (disk full).
class Env {
 public:
  virtual ~Env() = default;

  virtual absl::StatusOr<std::unique_ptr<WritableFile>> NewWritableFile(
      const std::string& path) = 0;
  // Keeps what the file holds; makes it when missing.
  virtual absl::StatusOr<std::unique_ptr<WritableFile>> NewAppendableFile(
      const std::string& path) = 0;
  virtual absl::StatusOr<std::unique_ptr<RandomAccessFile>> NewRandomAccessFile(
      const std::string& path) = 0;
  virtual absl::Status Rename(const std::string& from, const std::string& to) = 0;
  virtual absl::Status Remove(const std::string& path) = 0;  // file or empty directory
  virtual absl::Status RemoveRecursively(const std::string& path) = 0;
  virtual absl::Status MakeDirectories(const std::string& path) = 0;
  virtual absl::Status SyncDirectory(const std::string& path) = 0;
  virtual absl::StatusOr<std::vector<std::string>> List(
      const std::string& path) = 0;  // names, sorted
  virtual bool Exists(const std::string& path) = 0;

  absl::StatusOr<std::string> ReadFile(const std::string& path);
  // Writes beside `path`, syncs, renames: readers see the old file or the new one, never a part.
  absl::Status WriteFileAtomically(const std::string& path, std::string_view data);

  static Env& Posix();
};

std::string JoinPath(std::string_view directory, std::string_view name);
std::string_view DirectoryOf(std::string_view path);  // "." when there is no slash
std::string_view BaseName(std::string_view path);

}  // namespace tricorn
