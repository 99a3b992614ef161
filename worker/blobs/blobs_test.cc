#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <map>
#include <thread>

#include "core/base/mutex.h"
#include "core/base/notification.h"
#include "core/base/sha256.h"
#include "proto/blob/blob_client.h"
#include "proto/rpc/status.h"
#include "proto/rpc/transport.h"
#include "tricorn/v1/blob.grpc.pb.h"
#include "worker/blobs/blob_cache.h"

namespace tricorn::worker {
namespace {

// A blob service in memory whose streams break when told to.
class FakeBlobs : public v1::BlobService::Service {
 public:
  std::string Put(const std::string& content) {
    MutexLock lock(&mu_);
    const std::string name = "blobs/" + Sha256Hex(content);
    blobs_[name] = content;
    return name;
  }
  void Put(const std::string& name, const std::string& content) {
    MutexLock lock(&mu_);
    blobs_[name] = content;
  }
  std::string Content(const std::string& name) {
    MutexLock lock(&mu_);
    return blobs_.contains(name) ? blobs_.at(name) : "(absent)";
  }

  grpc::Status CreateUpload(grpc::ServerContext*, const v1::CreateUploadRequest* request,
                            v1::Upload* upload) override {
    MutexLock lock(&mu_);
    if (breaks_-- > 0) return grpc::Status(grpc::StatusCode::UNAVAILABLE, "away");
    Describe(request->sha256(), request->size_bytes(), upload);
    return grpc::Status::OK;
  }
  grpc::Status WriteUpload(grpc::ServerContext*, grpc::ServerReader<v1::WriteUploadRequest>* reader,
                           v1::Upload*) override {
    ++write_streams;
    if (forgets.exchange(0) > 0) return grpc::Status(grpc::StatusCode::NOT_FOUND, "no such upload");
    v1::WriteUploadRequest request;
    std::string digest;
    while (reader->Read(&request)) {
      MutexLock lock(&mu_);
      if (!request.name().empty()) digest = request.name().substr(8);
      std::string& part = parts_[digest];
      if (static_cast<size_t>(request.offset()) != part.size()) {
        return grpc::Status(grpc::StatusCode::OUT_OF_RANGE, "gap");
      }
      part += request.data();
      if (breaks_-- > 0) return grpc::Status(grpc::StatusCode::UNAVAILABLE, "away");
    }
    MutexLock lock(&mu_);
    if (parts_[digest].size() < static_cast<size_t>(sizes_[digest])) return grpc::Status::OK;
    const std::string content = parts_[digest];
    parts_.erase(digest);
    if (Sha256Hex(content) != digest) return grpc::Status(grpc::StatusCode::DATA_LOSS, "differs");
    blobs_["blobs/" + digest] = content;
    return grpc::Status::OK;
  }
  grpc::Status ReadBlob(grpc::ServerContext* context, const v1::ReadBlobRequest* request,
                        grpc::ServerWriter<v1::ReadBlobResponse>* writer) override {
    ++read_streams;
    while (stalls && !context->IsCancelled()) usleep(1000);
    MutexLock lock(&mu_);
    if (!blobs_.contains(request->name())) {
      return grpc::Status(grpc::StatusCode::NOT_FOUND, request->name() + ": no such blob");
    }
    const std::string& content = blobs_.at(request->name());
    v1::ReadBlobResponse response;
    for (size_t offset = static_cast<size_t>(request->offset()); offset < content.size();
         offset += response.data().size()) {
      response.set_offset(static_cast<int64_t>(offset));
      response.set_data(content.substr(offset, 1000));
      writer->Write(response);
      if (breaks_-- > 0) return grpc::Status(grpc::StatusCode::UNAVAILABLE, "away");
    }
    return grpc::Status::OK;
  }

  void BreakNext(int count) {
    MutexLock lock(&mu_);
    breaks_ = count;
  }
  std::atomic<int> read_streams = 0;
  std::atomic<int> write_streams = 0;
  std::atomic<int> forgets = 0;      // 1: the next stream finds its upload not announced
  std::atomic<bool> stalls = false;  // reading streams bring nothing

 private:
  void Describe(const std::string& digest, int64_t size, v1::Upload* upload)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    sizes_[digest] = size;
    upload->set_name("uploads/" + digest);
    upload->set_blob("blobs/" + digest);
    upload->set_size_bytes(size);
    upload->set_complete(blobs_.contains("blobs/" + digest));
    upload->set_received_bytes(static_cast<int64_t>(parts_[digest].size()));
  }

  Mutex mu_;
  int breaks_ ABSL_GUARDED_BY(mu_) = 0;
  std::map<std::string, std::string> blobs_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::string> parts_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, int64_t> sizes_ ABSL_GUARDED_BY(mu_);
};

std::string Noise(size_t size) {
  std::string data(size, '\0');
  uint32_t x = 1;
  for (char& c : data) c = static_cast<char>((x = x * 1664525u + 1013904223u) >> 24);
  return data;
}

// Files that are gone as soon as they have their name, as when another process needs the room.
class EvictingEnv : public Env {
 public:
  absl::StatusOr<std::unique_ptr<WritableFile>> NewWritableFile(const std::string& path) override {
    return posix_.NewWritableFile(path);
  }
  absl::StatusOr<std::unique_ptr<WritableFile>> NewAppendableFile(
      const std::string& path) override {
    return posix_.NewAppendableFile(path);
  }
  absl::StatusOr<std::unique_ptr<RandomAccessFile>> NewRandomAccessFile(
      const std::string& path) override {
    return posix_.NewRandomAccessFile(path);
  }
  absl::Status Rename(const std::string& from, const std::string& to) override {
    const absl::Status status = posix_.Rename(from, to);
    ++evictions;
    return status.ok() ? posix_.Remove(to) : status;
  }
  absl::Status Remove(const std::string& path) override { return posix_.Remove(path); }
  absl::Status RemoveRecursively(const std::string& path) override {
    return posix_.RemoveRecursively(path);
  }
  absl::Status MakeDirectories(const std::string& path) override {
    return posix_.MakeDirectories(path);
  }
  absl::Status SyncDirectory(const std::string& path) override {
    return posix_.SyncDirectory(path);
  }
  absl::StatusOr<std::vector<std::string>> List(const std::string& path) override {
    return posix_.List(path);
  }
  bool Exists(const std::string& path) override { return posix_.Exists(path); }

  int evictions = 0;

 private:
  Env& posix_ = Env::Posix();
};

class BlobsTest : public ::testing::Test {
 protected:
  BlobsTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    server_ = builder.BuildAndStart();
    client_ = std::make_unique<BlobClient>(Channel());
    char pattern[] = "/tmp/blobs_test.XXXXXX";
    directory_ = mkdtemp(pattern);
  }
  ~BlobsTest() override { Env::Posix().RemoveRecursively(directory_).IgnoreError(); }

  absl::StatusOr<std::string> Download(const std::string& blob) {
    const std::string path = directory_ + "/download";
    auto file = Env::Posix().NewWritableFile(path).value();
    if (const absl::Status status = client_->Download(blob, *file); !status.ok()) return status;
    return Env::Posix().ReadFile(path);
  }
  std::string ReadThrough(BlobCache& cache, const std::string& blob) {
    auto file = cache.Open(blob, *client_);
    if (!file.ok()) return file.status().ToString();
    std::string data((*file)->size(), '\0');
    return (*file)->ReadAt(0, data.size(), data.data()).ok() ? data : "(unreadable)";
  }

  FakeBlobs service_;
  std::shared_ptr<grpc::Channel> Channel() const {
    return rpc::MakeChannel("127.0.0.1:" + std::to_string(port_),
                            grpc::InsecureChannelCredentials());
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<BlobClient> client_;
  std::string directory_;
};

TEST_F(BlobsTest, DownloadGoesOnWhereABrokenStreamEnded) {
  const std::string content = Noise(4500);
  const std::string blob = service_.Put(content);
  service_.BreakNext(2);
  EXPECT_EQ(Download(blob).value_or(""), content);
  EXPECT_EQ(service_.read_streams, 3);
}

TEST_F(BlobsTest, DownloadRefusesContentThatIsNotWhatItsNameSays) {
  const std::string blob = "blobs/" + Sha256Hex("right");
  service_.Put(blob, "wrong");
  EXPECT_EQ(Download(blob).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Download("blobs/" + Sha256Hex("absent")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Download("blobs/xyz").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(BlobsTest, DownloadGivesUpOnACoordinatorThatStaysAway) {
  BlobClient impatient(grpc::CreateChannel("127.0.0.1:1", grpc::InsecureChannelCredentials()),
                       absl::Milliseconds(200));
  auto file = Env::Posix().NewWritableFile(directory_ + "/f").value();
  EXPECT_EQ(impatient.Download("blobs/" + Sha256Hex("a"), *file).code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(BlobsTest, UploadGoesOnWhereABrokenStreamEnded) {
  const std::string content = Noise(3 << 20);
  service_.BreakNext(2);
  const auto blob = client_->Upload(content);
  ASSERT_TRUE(blob.ok()) << blob.status();
  EXPECT_EQ(*blob, "blobs/" + Sha256Hex(content));
  EXPECT_TRUE(service_.Content(*blob) == content);
}

TEST_F(BlobsTest, UploadSendsNothingThatIsThereAndWorksForNoBytes) {
  const std::string blob = service_.Put("there");
  EXPECT_EQ(client_->Upload("there").value_or(""), blob);
  EXPECT_EQ(service_.write_streams, 0);
  const auto empty = client_->Upload("");
  ASSERT_TRUE(empty.ok()) << empty.status();
  EXPECT_EQ(service_.Content(*empty), "");
}

TEST_F(BlobsTest, UploadsAFileInPieces) {
  const std::string content = Noise((512 << 10) * 2 + 17);
  const std::string path = directory_ + "/f";
  ASSERT_TRUE(Env::Posix().WriteFileAtomically(path, content).ok());
  auto file = Env::Posix().NewRandomAccessFile(path).value();
  const auto blob = client_->Upload(*file);
  ASSERT_TRUE(blob.ok()) << blob.status();
  EXPECT_TRUE(service_.Content(*blob) == content);
}

TEST_F(BlobsTest, CacheDownloadsOnceForAll) {
  const std::string blob = service_.Put(Noise(5000));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      BlobCache cache(Env::Posix(), directory_ + "/cache", 1 << 20);
      EXPECT_EQ(ReadThrough(cache, blob), Noise(5000));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(service_.read_streams, 1);
}

TEST_F(BlobsTest, CacheKeepsWithinItsLimitWhatWasUsedLast) {
  BlobCache cache(Env::Posix(), directory_ + "/cache", 2500);
  const std::string a = service_.Put(std::string(1000, 'a'));
  const std::string b = service_.Put(std::string(1000, 'b'));
  const std::string c = service_.Put(std::string(1000, 'c'));
  ReadThrough(cache, a);
  usleep(20'000);
  auto open_b = cache.Open(b, *client_).value();
  usleep(20'000);
  ReadThrough(cache, a);
  usleep(20'000);
  EXPECT_EQ(ReadThrough(cache, c), std::string(1000, 'c'));
  EXPECT_TRUE(Env::Posix().Exists(directory_ + "/cache/" + a.substr(6)));
  EXPECT_FALSE(Env::Posix().Exists(directory_ + "/cache/" + b.substr(6)));
  char first;
  EXPECT_TRUE(open_b->ReadAt(0, 1, &first).ok());  // who has it open keeps it
}

TEST_F(BlobsTest, CacheLeavesNothingOfAFailedDownload) {
  BlobCache cache(Env::Posix(), directory_ + "/cache", 2500);
  const std::string blob = "blobs/" + Sha256Hex("right");
  service_.Put(blob, "wrong");
  EXPECT_EQ(cache.Open(blob, *client_).status().code(), absl::StatusCode::kDataLoss);
  const auto names = Env::Posix().List(directory_ + "/cache");
  ASSERT_TRUE(names.ok());
  for (const std::string& name : *names) {
    EXPECT_TRUE(name.starts_with("lock.")) << name;
  }
}

TEST_F(BlobsTest, UploadIsAnnouncedAgainWhenTheCoordinatorForgotIt) {
  service_.forgets = 1;
  const auto blob = client_->Upload("content");
  ASSERT_TRUE(blob.ok()) << blob.status();
  EXPECT_EQ(service_.Content(*blob), "content");
}

TEST_F(BlobsTest, StopEndsATransferThatIsUnderWay) {
  const std::string blob = service_.Put("content");
  service_.stalls = true;
  Notification ended;
  std::thread reader([&] {
    EXPECT_EQ(Download(blob).status().code(), absl::StatusCode::kCancelled);
    ended.Notify();
  });
  while (service_.read_streams == 0) usleep(1000);
  client_->Stop();
  EXPECT_TRUE(ended.WaitForNotificationWithTimeout(absl::Seconds(5)));
  service_.stalls = false;
  reader.join();
}

TEST_F(BlobsTest, CacheGivesWhatItFetchedEvenIfAnotherProcessEvictsItAtOnce) {
  EvictingEnv env;
  BlobCache cache(env, directory_ + "/cache", 2500);
  EXPECT_EQ(ReadThrough(cache, service_.Put("content")), "content");
  EXPECT_EQ(env.evictions, 1);
}

TEST_F(BlobsTest, CacheRemovesDownloadsThatNobodyGoesOnWith) {
  const std::string directory = directory_ + "/cache";
  const std::string blob = service_.Put("content");
  const std::string digit = blob.substr(6, 1) == "0" ? "1" : "0";
  const std::string abandoned = JoinPath(directory, digit + std::string(63, '0') + ".part");
  const std::string running = JoinPath(directory, "f" + std::string(63, '0') + ".part");
  ASSERT_TRUE(Env::Posix().MakeDirectories(directory).ok());
  for (const std::string& part : {abandoned, running}) {
    ASSERT_TRUE(Env::Posix().WriteFileAtomically(part, "cont").ok());
  }
  const int lock = open((directory + "/lock.f").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  ASSERT_EQ(flock(lock, LOCK_EX), 0);
  BlobCache cache(Env::Posix(), directory, 2500);
  EXPECT_EQ(ReadThrough(cache, blob), "content");
  EXPECT_FALSE(Env::Posix().Exists(abandoned));
  EXPECT_TRUE(Env::Posix().Exists(running));
  close(lock);
}

}  // namespace
}  // namespace tricorn::worker
