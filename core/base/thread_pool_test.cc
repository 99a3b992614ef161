#include "core/base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>

namespace tricorn {
namespace {

TEST(ThreadPool, CallsEachIndexOnce) {
  for (const int num_threads : {1, 2, 5}) {
    ThreadPool pool(num_threads);
    for (int count = 0; count < 50; ++count) {
      std::vector<std::atomic<int>> calls(static_cast<size_t>(count));
      pool.ForEach(count, [&](int i) { ++calls[static_cast<size_t>(i)]; });
      for (const auto& n : calls) EXPECT_EQ(n, 1);
    }
  }
}

}  // namespace
}  // namespace tricorn
