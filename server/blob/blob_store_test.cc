#include "server/blob/blob_store.h"

#include <stdlib.h>

#include "core/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tricorn::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class BlobStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/tricorn_blob_XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    directory_ = name;
    store_ = *BlobStore::Open(directory_);
  }
  void TearDown() override { EXPECT_TRUE(Env::Posix().RemoveRecursively(directory_).ok()); }

  std::string ReadAll(const std::string& sha256) {
    auto file = store_->Read(sha256);
    if (!file.ok()) return std::string(file.status().message());
    std::string data((*file)->size(), '\0');
    EXPECT_TRUE((*file)->ReadAt(0, data.size(), data.data()).ok());
    return data;
  }

  const std::string content_ = "a model of some bytes";
  const std::string sha256_ = Sha256Hex(content_);
  std::string directory_;
  std::unique_ptr<BlobStore> store_;
};

TEST_F(BlobStoreTest, IsReadableOnlyWhenComplete) {
  auto writer = *store_->Write(sha256_, content_.size());
  ASSERT_TRUE(writer->Write(0, content_).ok());
  EXPECT_FALSE(store_->Has(sha256_));
  ASSERT_TRUE(writer->Finish().ok());
  EXPECT_EQ(ReadAll(sha256_), content_);
}

TEST_F(BlobStoreTest, GoesOnAfterARestart) {
  ASSERT_TRUE((*store_->Write(sha256_, content_.size()))->Write(0, content_.substr(0, 5)).ok());
  store_ = *BlobStore::Open(directory_);
  EXPECT_EQ(store_->ReceivedBytes(sha256_), 5);
  auto writer = *store_->Write(sha256_, content_.size());
  EXPECT_EQ(writer->received_bytes(), 5);
  EXPECT_EQ(writer->Write(6, "x").code(), absl::StatusCode::kOutOfRange);
  ASSERT_TRUE(writer->Write(5, content_.substr(5)).ok());
  ASSERT_TRUE(writer->Finish().ok());
  EXPECT_EQ(ReadAll(sha256_), content_);
}

TEST_F(BlobStoreTest, RefusesContentOfAnotherHash) {
  auto writer = *store_->Write(sha256_, 3);
  ASSERT_TRUE(writer->Write(0, "abc").ok());
  const absl::Status status = writer->Finish();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(status.message(), HasSubstr(sha256_));
  EXPECT_FALSE(store_->Has(sha256_));
  EXPECT_EQ(store_->ReceivedBytes(sha256_), 0);
}

TEST_F(BlobStoreTest, RefusesMoreAndFewerBytesThanAnnounced) {
  auto writer = *store_->Write(sha256_, 3);
  EXPECT_EQ(writer->Write(0, "abcd").code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(writer->Finish().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(BlobStoreTest, HasOneWriterAtATime) {
  auto writer = store_->Write(sha256_, content_.size());
  ASSERT_TRUE(writer.ok());
  EXPECT_EQ(store_->Write(sha256_, content_.size()).status().code(), absl::StatusCode::kAborted);
  writer->reset();
  EXPECT_TRUE(store_->Write(sha256_, content_.size()).ok());
}

TEST_F(BlobStoreTest, RemovesWhatNobodyWrites) {
  {
    auto writer = *store_->Write(sha256_, content_.size());
    ASSERT_TRUE(writer->Write(0, content_).ok());
    ASSERT_TRUE(writer->Finish().ok());
    ASSERT_TRUE(store_->Remove(sha256_).ok());
    EXPECT_TRUE(store_->Has(sha256_));
  }
  ASSERT_TRUE(store_->Remove(sha256_).ok());
  EXPECT_EQ(store_->Read(sha256_).status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(store_->Remove(sha256_).ok());
}

TEST_F(BlobStoreTest, RemovesNothingThatIsHeld) {
  EXPECT_EQ(store_->Hold(sha256_), nullptr);
  auto writer = *store_->Write(sha256_, content_.size());
  ASSERT_TRUE(writer->Write(0, content_).ok());
  ASSERT_TRUE(writer->Finish().ok());
  writer.reset();
  auto first = store_->Hold(sha256_), second = store_->Hold(sha256_);
  ASSERT_NE(first, nullptr);
  first.reset();
  ASSERT_TRUE(store_->Remove(sha256_).ok());
  EXPECT_TRUE(store_->Has(sha256_));
  second.reset();
  ASSERT_TRUE(store_->Remove(sha256_).ok());
  EXPECT_FALSE(store_->Has(sha256_));
}

TEST_F(BlobStoreTest, TheEmptyBlobIsABlob) {
  const std::string empty = Sha256Hex("");
  ASSERT_TRUE((*store_->Write(empty, 0))->Finish().ok());
  EXPECT_EQ(ReadAll(empty), "");
}

TEST_F(BlobStoreTest, DropsUploadsThatNobodyGoesOnWith) {
  const std::string other = Sha256Hex("other");
  ASSERT_TRUE((*store_->Write(sha256_, content_.size()))->Write(0, content_.substr(0, 5)).ok());
  auto writer = *store_->Write(other, 5);
  ASSERT_TRUE(writer->Write(0, "oth").ok());
  store_->DropUploads(absl::Hours(1));
  EXPECT_EQ(store_->ReceivedBytes(sha256_), 5);
  store_->DropUploads(absl::ZeroDuration());
  EXPECT_EQ(store_->ReceivedBytes(sha256_), 0);
  ASSERT_TRUE(writer->Write(3, "er").ok());
  ASSERT_TRUE(writer->Finish().ok());
  EXPECT_THAT(*store_->List(), ElementsAre(other));
}

}  // namespace
}  // namespace tricorn::server
