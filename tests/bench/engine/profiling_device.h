#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/backend/device.h"

namespace tricorn::bench {

// Another device, whose executables note how long each node takes.
class ProfilingDevice : public backend::Device {
 public:
  explicit ProfilingDevice(backend::Device& device) : device_(device) {}

  std::string_view platform() const override { return device_.platform(); }
  absl::StatusOr<backend::Buffer> Allocate(int64_t nbytes) override {
    return device_.Allocate(nbytes);
  }
  absl::Status Upload(const Tensor& from, const backend::Buffer& to) override {
    return device_.Upload(from, to);
  }
  absl::Status Download(const backend::Buffer& from, Tensor& to) override {
    return device_.Download(from, to);
  }
  absl::StatusOr<Tensor> AllocateHost(DType dtype, Shape shape) override {
    return device_.AllocateHost(dtype, std::move(shape));
  }
  absl::StatusOr<std::unique_ptr<backend::Feed>> MakeFeed(
      std::span<const int64_t> nbytes) override {
    return device_.MakeFeed(nbytes);
  }
  absl::Status Synchronize() override { return device_.Synchronize(); }
  absl::StatusOr<backend::MemoryUse> Memory() override { return device_.Memory(); }
  absl::Status ResetPeakMemory() override { return device_.ResetPeakMemory(); }
  absl::StatusOr<std::unique_ptr<backend::Executable>> Compile(
      ir::Graph graph, const backend::CompileOptions& options) override;

  // Forgets the times so far.
  void Reset();
  // A table for each executable that ran since.
  std::string Tables() const;

  // Nanoseconds of all of them together since.
  struct Part {
    std::string name;
    int64_t ns = 0;
  };
  std::vector<Part> ByOp() const;     // longest first
  std::vector<Part> Longest() const;  // nodes, longest first

 private:
  class Profiled;
  struct Times;

  backend::Device& device_;
  std::vector<std::shared_ptr<Times>> times_;
};

}  // namespace tricorn::bench
