#include "core/backend/executable_cache.h"

#include <gtest/gtest.h>

#include <thread>

#include "core/base/status.h"

namespace tricorn::backend {
namespace {

class Nothing : public Executable {
 public:
  absl::Status Run(std::span<const Buffer>, std::span<const Buffer>,
                   const RunContext&) const override {
    return absl::OkStatus();
  }
  const ir::Graph& graph() const override { return graph_; }
  int64_t arena_nbytes() const override { return 0; }

 private:
  ir::Graph graph_;
};

TEST(ExecutableCache, CompilesOnceForSeveralThreads) {
  ExecutableCache cache;
  std::atomic<int> compiled = 0;
  const auto compile = [&]() -> absl::StatusOr<std::unique_ptr<Executable>> {
    ++compiled;
    return std::make_unique<Nothing>();
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { EXPECT_TRUE(cache.Get("key", compile).ok()); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(compiled, 1);
  EXPECT_EQ(*cache.Get("key", compile), *cache.Get("key", compile));
}

TEST(ExecutableCache, LetsTheLeastRecentlyUsedGo) {
  ExecutableCache cache(2);
  int compiled = 0;
  const auto compile = [&]() -> absl::StatusOr<std::unique_ptr<Executable>> {
    ++compiled;
    return std::make_unique<Nothing>();
  };
  for (const char* key : {"a", "b", "a", "c", "a"}) ASSERT_TRUE(cache.Get(key, compile).ok());
  EXPECT_EQ(compiled, 3);
  EXPECT_EQ(cache.size(), 2u);
  ASSERT_TRUE(cache.Get("b", compile).ok());
  EXPECT_EQ(compiled, 4);
}

TEST(ExecutableCache, TriesAgainAfterAFailure) {
  ExecutableCache cache;
  int tries = 0;
  const auto compile = [&]() -> absl::StatusOr<std::unique_ptr<Executable>> {
    if (++tries == 1) return Unavailable("not yet");
    return std::make_unique<Nothing>();
  };
  EXPECT_FALSE(cache.Get("key", compile).ok());
  EXPECT_TRUE(cache.Get("key", compile).ok());
}

class CompilingDevice : public Device {
 public:
  std::string_view platform() const override { return "test"; }
  absl::StatusOr<Buffer> Allocate(int64_t) override { return Buffer(); }
  absl::Status Upload(const Tensor&, const Buffer&) override { return absl::OkStatus(); }
  absl::Status Download(const Buffer&, Tensor&) override { return absl::OkStatus(); }
  absl::StatusOr<std::unique_ptr<Executable>> Compile(ir::Graph, const CompileOptions&) override {
    ++compiled;
    return std::make_unique<Nothing>();
  }
  int compiled = 0;
};

TEST(ExecutableCache, TellsEveryOptionApart) {
  ExecutableCache cache;
  CompilingDevice device;
  const ir::Graph graph;
  for (int twice = 0; twice < 2; ++twice) {
    for (const CompileOptions& options :
         {CompileOptions{}, CompileOptions{.donations = {}, .num_threads = 2},
          CompileOptions{.donations = {{0, 1}}},
          CompileOptions{.donations = {}, .constant_inputs = {0}},
          CompileOptions{.donations = {}, .constant_inputs = {0, 1}}}) {
      ASSERT_TRUE(cache.Get(device, graph, options).ok());
    }
  }
  EXPECT_EQ(device.compiled, 5);
}

}  // namespace
}  // namespace tricorn::backend
