#include "client/cli/job_arguments.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "core/base/env.h"

namespace tricorn::cli {
namespace {

class DataArgumentsTest : public testing::Test {
 protected:
  std::string Touch(const std::string& name) {
    const std::string path = testing::TempDir() + "/" + name;
    EXPECT_TRUE(Env::Posix().WriteFileAtomically(path, "x").ok());
    return path;
  }
  absl::StatusOr<client::DataSource> Parse(const std::string& command_line) {
    CLI::App app;
    DataArguments data("");
    data.AddTo(app);
    app.parse(command_line);
    return data.Source();
  }
};

TEST_F(DataArgumentsTest, TakesAFilePerRole) {
  const std::string x = Touch("x.npy"), y = Touch("y.npy");
  const auto source = Parse("--x " + x + " --y " + y);
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(source->files.format, "npy");
  ASSERT_EQ(source->files.files.size(), 2u);
  EXPECT_EQ(source->files.files[1], (DatasetFile{y, "y"}));
}

TEST_F(DataArgumentsTest, NamesSeveralInputs) {
  const std::string a = Touch("a.npy"), b = Touch("b.npy");
  const auto source = Parse("--x left=" + a + " --x right=" + b);
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(source->files.files[1], (DatasetFile{b, "x/right"}));
}

TEST_F(DataArgumentsTest, KnowsAStoredDatasetFromAFile) {
  EXPECT_EQ(Parse("--data mnist")->stored, "mnist");
  EXPECT_EQ(Parse("--data datasets/mnist")->stored, "datasets/mnist");
  EXPECT_EQ(Parse("--data " + Touch("d.npz"))->files.format, "npz");
  EXPECT_EQ(Parse("--data " + Touch("d.tfrecord"))->files.format, "tfrecord");
  EXPECT_TRUE(absl::IsNotFound(Parse("--data nowhere/d.npz").status()));
  EXPECT_TRUE(absl::IsNotFound(Parse("--data d.csv").status()));
}

TEST_F(DataArgumentsTest, TakesAFolderOfImages) {
  const std::string folder = testing::TempDir() + "/pets";
  ASSERT_TRUE(Env::Posix().MakeDirectories(folder + "/cat").ok());
  Touch("pets/cat/1.png");
  const auto source = Parse("--data " + folder + R"( --data-options '{"image_size": [8, 8]}')");
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(source->files.format, "image_folder");
  EXPECT_TRUE(source->files.options.Has("image_size"));
  ASSERT_EQ(source->files.files.size(), 1u);
  EXPECT_EQ(source->files.files[0].path, folder + "/cat/1.png");
}

TEST_F(DataArgumentsTest, RefusesWhatDoesNotFitTogether) {
  const std::string npy = Touch("x.npy"), idx = Touch("y-idx1-ubyte");
  for (const std::string& line :
       {std::string(), "--data d --x " + npy, "--x " + npy + " --y " + idx, "--data " + npy,
        "--x " + npy + " --data-options {"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Parse(line).status())) << line;
  }
  EXPECT_TRUE(absl::IsNotFound(Parse("--x /nowhere.npy").status()));
}

TEST(ModelArgument, KnowsAFileFromAStoredModel) {
  EXPECT_EQ(ModelArgument("fashion")->kind, client::ModelSource::Kind::kStored);
  EXPECT_EQ(ModelArgument("models/fashion/versions/3")->kind, client::ModelSource::Kind::kStored);
  EXPECT_EQ(ModelArgument("/bin/sh")->kind, client::ModelSource::Kind::kFile);
  EXPECT_TRUE(absl::IsNotFound(ModelArgument("fashion.keras").status()));
  EXPECT_TRUE(absl::IsNotFound(ModelArgument("some/where").status()));
}

}  // namespace
}  // namespace tricorn::cli
