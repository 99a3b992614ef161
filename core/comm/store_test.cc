#include <thread>

#include "absl/time/clock.h"
#include "core/comm/file_store.h"
#include "core/comm/memory_store.h"
#include "gtest/gtest.h"

namespace tricorn::comm {
namespace {

void ExpectStore(Store& store) {
  EXPECT_TRUE(absl::IsDeadlineExceeded(
      store.Get("job/0/a", absl::Now() + absl::Milliseconds(20)).status()));
  std::thread setter([&store] {
    absl::SleepFor(absl::Milliseconds(20));
    EXPECT_TRUE(store.Set("job/0/a", std::string("x\0y", 3)).ok());
  });
  const auto value = store.Get("job/0/a", absl::Now() + absl::Seconds(10));
  setter.join();
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(*value, std::string("x\0y", 3));
  EXPECT_TRUE(store.Set("job/0/a", std::string("x\0y", 3)).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(store.Set("job/0/a", "z")));
}

TEST(MemoryStore, GetWaitsForSet) {
  MemoryStore store;
  ExpectStore(store);
}

TEST(FileStore, GetWaitsForSet) {
  const std::string directory = testing::TempDir() + "/tricorn_file_store_test";
  ASSERT_TRUE(Env::Posix().RemoveRecursively(directory).ok() || !Env::Posix().Exists(directory));
  ASSERT_TRUE(Env::Posix().MakeDirectories(directory).ok());
  FileStore store(Env::Posix(), directory);
  ExpectStore(store);
  ASSERT_TRUE(Env::Posix().RemoveRecursively(directory).ok());
}

}  // namespace
}  // namespace tricorn::comm
