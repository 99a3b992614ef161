#include "core/keras/plugins/plugin_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace tricorn::keras {
namespace {

using testing::HasSubstr;

std::string Folder(const std::string& name, mode_t mode) {
  const std::string path = testing::TempDir() + "/plugins_" + name;
  if (Env::Posix().Exists(path)) {
    EXPECT_TRUE(Env::Posix().RemoveRecursively(path).ok());
  }
  EXPECT_TRUE(Env::Posix().MakeDirectories(path).ok());
  EXPECT_EQ(chmod(path.c_str(), mode), 0);
  return path;
}

std::string ErrorOf(const std::string& folder) {
  Registries objects;
  return std::string(LoadPlugins(Env::Posix(), folder, objects).status().message());
}

TEST(LoadPlugins, WantsADirectoryThatItsOwnerAloneMayChange) {
  EXPECT_THAT(ErrorOf("/no/such/folder"), HasSubstr("expected a plugin or a directory of some"));
  EXPECT_THAT(ErrorOf(Folder("open", 0777)),
              HasSubstr("expected a path that its owner alone may write to, received mode 777"));
  const std::string folder = Folder("open_file", 0755);
  ASSERT_TRUE(Env::Posix().WriteFileAtomically(folder + "/a.so", "x").ok());
  ASSERT_EQ(chmod((folder + "/a.so").c_str(), 0666), 0);
  EXPECT_THAT(ErrorOf(folder), HasSubstr("a.so: expected a path that its owner alone"));
}

TEST(LoadPlugins, NamesWhatIsNoSharedObject) {
  const std::string folder = Folder("text", 0755);
  ASSERT_TRUE(Env::Posix().WriteFileAtomically(folder + "/a.so", "no ELF").ok());
  ASSERT_EQ(chmod((folder + "/a.so").c_str(), 0644), 0);
  EXPECT_THAT(ErrorOf(folder), HasSubstr("a.so: expected a shared object"));
}

TEST(LoadPlugins, LeavesOtherFilesAlone) {
  const std::string folder = Folder("others", 0755);
  ASSERT_TRUE(Env::Posix().WriteFileAtomically(folder + "/README", "text").ok());
  Registries objects;
  const auto loaded = LoadPlugins(Env::Posix(), folder, objects);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_TRUE(loaded->empty());
}

}  // namespace
}  // namespace tricorn::keras
