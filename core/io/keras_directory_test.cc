#include "core/io/keras_directory.h"

#include <gtest/gtest.h>

namespace tricorn {
namespace {

KerasArchive SmallArchive() {
  KerasArchive archive;
  archive.metadata = KerasMetadata(absl::UnixEpoch());
  archive.config = Json::MakeObject({{"class_name", "Sequential"}});
  archive.weights.Make("layers/dense/vars").datasets["0"] = Tensor::From<float>({2}, {1, 2});
  archive.assets["lookup/vocabulary.txt"] = "a\nb\n";
  return archive;
}

TEST(KerasDirectory, ReadsWhatItWrote) {
  Env& env = Env::Posix();
  const std::string path = testing::TempDir() + "/model_directory";
  ASSERT_TRUE(env.RemoveRecursively(path).ok());
  EXPECT_FALSE(IsKerasDirectory(env, path));
  const KerasArchive archive = SmallArchive();
  ASSERT_TRUE(WriteKerasDirectory(env, path, archive).ok());
  EXPECT_TRUE(IsKerasDirectory(env, path));
  const auto read = ReadKerasDirectory(env, path);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->metadata, archive.metadata);
  EXPECT_EQ(read->config, archive.config);
  EXPECT_EQ(read->assets, archive.assets);
  EXPECT_EQ(*SerializeKerasArchive(*read), *SerializeKerasArchive(archive));
  EXPECT_TRUE(absl::IsAlreadyExists(WriteKerasDirectory(env, path, archive)));
}

TEST(KerasDirectory, NamesTheFileThatIsDamaged) {
  Env& env = Env::Posix();
  const std::string path = testing::TempDir() + "/damaged_directory";
  ASSERT_TRUE(env.RemoveRecursively(path).ok());
  ASSERT_TRUE(WriteKerasDirectory(env, path, SmallArchive()).ok());
  ASSERT_TRUE(env.WriteFileAtomically(path + "/model.weights.h5", "junk").ok());
  const absl::Status status = ReadKerasDirectory(env, path).status();
  EXPECT_NE(status.message().find("model.weights.h5"), absl::string_view::npos) << status;
  ASSERT_TRUE(env.Remove(path + "/model.weights.h5").ok());
  EXPECT_TRUE(absl::IsNotFound(ReadKerasDirectory(env, path).status()));
}

}  // namespace
}  // namespace tricorn
