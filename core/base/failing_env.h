#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/env.h"
#include "core/base/status.h"

namespace tricorn {

// For tests of what survives. Passes the first `allowed` changes of the disk on, then refuses every
// one, as a full disk or a process that died does.
class FailingEnv : public Env {
 public:
  explicit FailingEnv(int allowed) : left_(allowed) {}

  absl::StatusOr<std::unique_ptr<WritableFile>> NewWritableFile(const std::string& path) override {
    RETURN_IF_ERROR(Spend(path));
    ASSIGN_OR_RETURN(auto file, disk_.NewWritableFile(path));
    return std::make_unique<File>(*this, std::move(file));
  }
  absl::StatusOr<std::unique_ptr<WritableFile>> NewAppendableFile(
      const std::string& path) override {
    RETURN_IF_ERROR(Spend(path));
    ASSIGN_OR_RETURN(auto file, disk_.NewAppendableFile(path));
    return std::make_unique<File>(*this, std::move(file));
  }
  absl::StatusOr<std::unique_ptr<RandomAccessFile>> NewRandomAccessFile(
      const std::string& path) override {
    return disk_.NewRandomAccessFile(path);
  }
  absl::Status Rename(const std::string& from, const std::string& to) override {
    RETURN_IF_ERROR(Spend(from));
    return disk_.Rename(from, to);
  }
  absl::Status Remove(const std::string& path) override {
    RETURN_IF_ERROR(Spend(path));
    return disk_.Remove(path);
  }
  absl::Status RemoveRecursively(const std::string& path) override {
    RETURN_IF_ERROR(Spend(path));
    return disk_.RemoveRecursively(path);
  }
  absl::Status MakeDirectories(const std::string& path) override {
    RETURN_IF_ERROR(Spend(path));
    return disk_.MakeDirectories(path);
  }
  absl::Status SyncDirectory(const std::string& path) override {
    RETURN_IF_ERROR(Spend(path));
    return disk_.SyncDirectory(path);
  }
  absl::StatusOr<std::vector<std::string>> List(const std::string& path) override {
    return disk_.List(path);
  }
  bool Exists(const std::string& path) override { return disk_.Exists(path); }

 private:
  class File : public WritableFile {
   public:
    File(FailingEnv& env, std::unique_ptr<WritableFile> file) : env_(env), file_(std::move(file)) {}
    absl::Status Append(std::string_view data) override {
      const absl::Status status = env_.Spend("append");
      // The disk takes a part of what does not fit.
      RETURN_IF_ERROR(file_->Append(status.ok() ? data : data.substr(0, data.size() / 2)));
      return status;
    }
    absl::Status Sync() override {
      RETURN_IF_ERROR(env_.Spend("sync"));
      return file_->Sync();
    }
    absl::Status Close() override { return file_->Close(); }

   private:
    FailingEnv& env_;
    const std::unique_ptr<WritableFile> file_;
  };

  absl::Status Spend(std::string_view what) {
    if (left_-- > 0) return absl::OkStatus();
    return ResourceExhausted("{}: no space left on device", what);
  }

  Env& disk_ = Env::Posix();
  int left_;
};

}  // namespace tricorn
