#include "client/lib/output_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

namespace tricorn::client {
namespace {

class OutputFileTest : public testing::Test {
 protected:
  OutputFileTest() {
    char pattern[] = "/tmp/output_file_test.XXXXXX";
    directory_ = mkdtemp(pattern);
  }
  ~OutputFileTest() override { Env::Posix().RemoveRecursively(directory_).IgnoreError(); }

  std::string Path(const std::string& name) const { return JoinPath(directory_, name); }
  static absl::Status Write(const std::string& path, std::string_view content) {
    auto output = OutputFile::Create(path);
    if (!output.ok()) return output.status();
    const absl::Status appended = (*output)->file().Append(content);
    return appended.ok() ? (*output)->Commit() : appended;
  }

  std::string directory_;
};

TEST_F(OutputFileTest, IsThereAsAWholeOrAsItWas) {
  ASSERT_TRUE(Write(Path("a"), "old").ok());
  {
    const auto abandoned = OutputFile::Create(Path("a"));
    ASSERT_TRUE((*abandoned)->file().Append("ne").ok());
    EXPECT_EQ(*Env::Posix().ReadFile(Path("a")), "old");
  }
  EXPECT_EQ(*Env::Posix().ReadFile(Path("a")), "old");
  ASSERT_TRUE(Write(Path("a"), "new").ok());
  EXPECT_EQ(*Env::Posix().ReadFile(Path("a")), "new");
  EXPECT_EQ(Env::Posix().List(directory_)->size(), 1u);
}

TEST_F(OutputFileTest, LeavesSymbolicLinksWhereTheyAre) {
  ASSERT_EQ(symlink("target", Path("link").c_str()), 0);
  ASSERT_TRUE(Write(Path("link"), "content").ok());
  EXPECT_TRUE(std::filesystem::is_symlink(Path("link")));
  EXPECT_EQ(*Env::Posix().ReadFile(Path("target")), "content");
}

TEST_F(OutputFileTest, WritesIntoPipesRatherThanInTheirPlace) {
  const std::string pipe = Path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  std::string received(7, '\0');
  std::thread reader([&] {
    const int fd = open(pipe.c_str(), O_RDONLY);
    EXPECT_EQ(read(fd, received.data(), received.size()), 7);
    close(fd);
  });
  EXPECT_TRUE(Write(pipe, "content").ok());
  reader.join();
  EXPECT_EQ(received, "content");
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
}

TEST_F(OutputFileTest, NamesWhatTheUserNamed) {
  const absl::Status folder = Write(directory_, "x");
  EXPECT_TRUE(absl::IsInvalidArgument(folder)) << folder;
  const absl::Status nowhere = Write(Path("none/a"), "x");
  EXPECT_TRUE(absl::IsNotFound(nowhere)) << nowhere;
  EXPECT_NE(nowhere.message().find(Path("none/a") + ": expected"), nowhere.message().npos);
  EXPECT_FALSE(Write("", "x").ok());
  EXPECT_TRUE(Env::Posix().List(directory_)->empty());
}

}  // namespace
}  // namespace tricorn::client
