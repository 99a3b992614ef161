#include "gmock/gmock.h"
#include "tests/service/service_fixture.h"

namespace tricorn::server {
namespace {

using tricorn::v1::BlobService;

class BlobServiceTest : public ServiceTest {
 protected:
  tricorn::v1::Upload Announce(const std::string& content) {
    tricorn::v1::CreateUploadRequest request;
    request.set_sha256(Sha256Hex(content));
    request.set_size_bytes(static_cast<int64_t>(content.size()));
    tricorn::v1::Upload upload;
    EXPECT_TRUE(Call(&BlobService::Stub::CreateUpload, request, &upload).ok());
    return upload;
  }

  absl::StatusOr<tricorn::v1::Upload> Write(const std::string& name, int64_t offset,
                                            const std::string& data) {
    BlobService::Stub stub(channel_);
    grpc::ClientContext context;
    tricorn::v1::Upload upload;
    auto writer = stub.WriteUpload(&context, &upload);
    tricorn::v1::WriteUploadRequest chunk;
    chunk.set_name(name);
    for (size_t at = 0; at <= data.size(); at += 7) {
      chunk.set_offset(offset + static_cast<int64_t>(at));
      chunk.set_data(data.substr(at, 7));
      if (!writer->Write(chunk)) break;
    }
    writer->WritesDone();
    RETURN_IF_ERROR(rpc::FromGrpc(writer->Finish()));
    return upload;
  }

  absl::StatusOr<std::string> Read(const std::string& name, int64_t offset, int64_t limit) {
    BlobService::Stub stub(channel_);
    grpc::ClientContext context;
    tricorn::v1::ReadBlobRequest request;
    request.set_name(name);
    request.set_offset(offset);
    request.set_limit(limit);
    auto reader = stub.ReadBlob(&context, request);
    std::string data;
    tricorn::v1::ReadBlobResponse chunk;
    while (reader->Read(&chunk)) data += chunk.data();
    RETURN_IF_ERROR(rpc::FromGrpc(reader->Finish()));
    return data;
  }
};

TEST_F(BlobServiceTest, ABrokenUploadGoesOnOverARestart) {
  const std::string content = "content that takes more than one chunk";
  tricorn::v1::Upload upload = Announce(content);
  EXPECT_FALSE(upload.complete());
  EXPECT_EQ(Write(upload.name(), 0, content.substr(0, 10))->received_bytes(), 10);
  Restart();
  upload = Announce(content);
  EXPECT_EQ(upload.received_bytes(), 10);
  const auto done = Write(upload.name(), 10, content.substr(10));
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_TRUE(done->complete());
  EXPECT_TRUE(Announce(content).complete());
  EXPECT_EQ(*Read(upload.blob(), 0, 0), content);
  EXPECT_EQ(*Read(upload.blob(), 8, 4), content.substr(8, 4));
}

TEST_F(BlobServiceTest, LargeBlobsComeInChunks) {
  std::string content(5 << 20, 'x');
  for (size_t i = 0; i < content.size(); i += 1000) content[i] = static_cast<char>(i);
  const std::string blob = [&] {
    const tricorn::v1::Upload upload = Announce(content);
    auto writer = *store_->Write(Sha256Hex(content), static_cast<int64_t>(content.size()));
    EXPECT_TRUE(writer->Write(0, content).ok());
    EXPECT_TRUE(writer->Finish().ok());
    return upload.blob();
  }();
  // A file whose upload was not logged, as after a crash in between, is taken over.
  EXPECT_TRUE(Announce(content).complete());
  EXPECT_EQ(*Read(blob, 0, 0), content);
}

TEST_F(BlobServiceTest, AFileThatACrashLeftWithoutARecordGetsOneAtTheNextStart) {
  const std::string content = "stored, but the log does not say so";
  const std::string sha256 = Sha256Hex(content);
  {
    auto writer = *store_->Write(sha256, static_cast<int64_t>(content.size()));
    ASSERT_TRUE(writer->Write(0, content).ok());
    ASSERT_TRUE(writer->Finish().ok());
  }
  Restart();
  tricorn::v1::GetBlobRequest request;
  request.set_name("blobs/" + sha256);
  tricorn::v1::Blob blob;
  const absl::Status status = Call(&BlobService::Stub::GetBlob, request, &blob);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(blob.size_bytes(), static_cast<int64_t>(content.size()));
}

TEST_F(BlobServiceTest, RefusesWhatIsNotTheBlob) {
  const tricorn::v1::Upload upload = Announce("expected");
  EXPECT_EQ(Write(upload.name(), 0, "received").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Write(upload.name(), 3, "x").status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(Write("uploads/" + Sha256Hex("never"), 0, "x").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Write("../../etc/passwd", 0, "x").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Read(upload.blob(), 0, 0).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Read(Upload("abc"), 4, 0).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(Read("blobs/../x", 0, 0).status().code(), absl::StatusCode::kInvalidArgument);

  tricorn::v1::CreateUploadRequest request;
  request.set_sha256(Sha256Hex("huge"));
  request.set_size_bytes(facts_.max_blob_bytes + 1);
  tricorn::v1::Upload ignored;
  EXPECT_EQ(Call(&BlobService::Stub::CreateUpload, request, &ignored).code(),
            absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace tricorn::server
