#include "core/io/keras_archive.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

#include "core/base/random.h"
#include "core/io/memory_file.h"
#include "core/io/zip/zip.h"

namespace tricorn {
namespace {

// Every `.keras` that real Keras saved.
std::vector<std::string> ConformanceArchives() {
  std::vector<std::string> paths;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator it(TRICORN_CONFORMANCE, error), end;
       !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".keras") paths.push_back(it->path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

#define SKIP_WITHOUT_CONFORMANCE_DATA()                                            \
  if (!std::filesystem::exists(TRICORN_CONFORMANCE)) {                             \
    GTEST_SKIP() << "no conformance data: " TRICORN_CONFORMANCE " does not exist"; \
  }

KerasArchive SmallArchive() {
  KerasArchive archive;
  archive.metadata = KerasMetadata(absl::UnixEpoch());
  archive.config = Json::MakeObject({{"class_name", "Sequential"}, {"config", Json()}});
  Hdf5Group& vars = archive.weights.Make("layers/dense/vars");
  vars.attributes["name"] = "dense";
  vars.datasets["0"] = Tensor::From<float>({2, 2}, {1, 2, 3, 4});
  archive.assets["lookup/vocabulary.txt"] = "a\nb\n";
  return archive;
}

bool Equal(const KerasArchive& a, const KerasArchive& b) {
  return a.metadata == b.metadata && a.config == b.config && BitwiseEqual(a.weights, b.weights) &&
         a.assets == b.assets;
}

TEST(KerasArchive, RoundTripsThroughAFile) {
  const KerasArchive archive = SmallArchive();
  const std::string path = testing::TempDir() + "/round_trip.keras";
  ASSERT_TRUE(WriteKerasArchive(Env::Posix(), path, archive).ok());
  const auto back = ReadKerasArchive(Env::Posix(), path);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_TRUE(Equal(archive, *back));
  EXPECT_EQ(back->metadata["date_saved"].AsString(), "1970-01-01@00:00:00");
  ASSERT_TRUE(WriteKerasWeights(Env::Posix(), path, archive.weights).ok());
  EXPECT_TRUE(BitwiseEqual(*ReadKerasWeights(Env::Posix(), path), archive.weights));
  EXPECT_TRUE(Env::Posix().Remove(path).ok());
}

TEST(KerasArchive, WritesMembersInKerasOrder) {
  const auto zip =
      ZipReader::Open(std::make_unique<MemoryFile>(*SerializeKerasArchive(SmallArchive())));
  std::vector<std::string> names;
  for (const ZipMember& member : (*zip)->members()) names.push_back(member.name);
  EXPECT_EQ(names, (std::vector<std::string>{"metadata.json", "config.json", "model.weights.h5",
                                             "assets/lookup/vocabulary.txt"}));
}

TEST(KerasArchive, NamesTheMissingMemberAndFile) {
  const auto parse = [](const std::vector<ZipEntry>& entries) {
    return ParseKerasArchive(*WriteZip(entries)).status();
  };
  EXPECT_NE(parse({{"a", ""}}).message().find("config.json"), std::string_view::npos);
  EXPECT_NE(parse({{"config.json", "{}"}}).message().find("model.weights.h5"),
            std::string_view::npos);
  EXPECT_TRUE(absl::IsUnimplemented(parse({{"config.json", "{}"}, {"model.weights.npz", ""}})));
  EXPECT_NE(parse({{"config.json", "{"}, {"model.weights.h5", ""}}).message().find("config.json"),
            std::string_view::npos);
  EXPECT_TRUE(absl::IsNotFound(ReadKerasArchive(Env::Posix(), "/no/such.keras").status()));
}

TEST(KerasArchive, RoundTripsEveryConformanceArchive) {
  SKIP_WITHOUT_CONFORMANCE_DATA();
  const std::vector<std::string> paths = ConformanceArchives();
  ASSERT_GT(paths.size(), 600u);
  for (const std::string& path : paths) {
    const auto archive = ReadKerasArchive(Env::Posix(), path);
    ASSERT_TRUE(archive.ok()) << archive.status();
    EXPECT_FALSE(archive->weights.groups.empty()) << path;
    const auto bytes = SerializeKerasArchive(*archive);
    ASSERT_TRUE(bytes.ok()) << path << bytes.status();
    const auto back = ParseKerasArchive(*bytes);
    ASSERT_TRUE(back.ok()) << path << back.status();
    EXPECT_TRUE(Equal(*archive, *back)) << path;
  }
}

TEST(KerasArchive, RefusesTruncatedArchives) {
  const std::string bytes = *SerializeKerasArchive(SmallArchive());
  for (size_t n = 0; n < bytes.size(); n += 7) {
    EXPECT_FALSE(ParseKerasArchive(std::string_view(bytes).substr(0, n)).ok()) << n;
  }
}

TEST(KerasArchive, SurvivesFlippedBytesOfArchiveAndWeights) {
  SKIP_WITHOUT_CONFORMANCE_DATA();
  const std::string path = TRICORN_CONFORMANCE "/training/mlp_adam/final.keras";
  const std::string bytes = *Env::Posix().ReadFile(path);
  const std::string weights =
      *(*ZipReader::Open(std::make_unique<MemoryFile>(bytes)))->Read("model.weights.h5");
  int refused = 0, refused_weights = 0;
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    PhiloxStream random(seed);
    std::string damaged = bytes;
    damaged[random.Below(bytes.size())] ^= static_cast<char>(1 + random.Below(255));
    refused += !ParseKerasArchive(damaged).ok();
    damaged = weights;
    for (uint64_t n = 1 + random.Below(4); n > 0; --n) {
      damaged[random.Below(weights.size())] = static_cast<char>(random.Next());
    }
    refused_weights += !ReadHdf5(damaged).ok();
  }
  EXPECT_GT(refused, 2500);  // members carry checksums
  EXPECT_GT(refused_weights, 100);
}

}  // namespace
}  // namespace tricorn
