#include "server/rpc/feed_reader.h"

#include <utility>

namespace tricorn::server {
namespace {

constexpr int kRowsPerRead = 128;

}  // namespace

FeedReader::FeedReader(EventLog& log) : log_(log), thread_([this] { Loop(); }) {}

FeedReader::~FeedReader() {
  {
    MutexLock lock(&mu_);
    stopping_ = true;
  }
  thread_.join();
}

void FeedReader::Read(std::string job_id, int64_t sequence, Take take) {
  MutexLock lock(&mu_);
  requests_.push_back({std::move(job_id), sequence, std::move(take)});
}

void FeedReader::Loop() {
  while (true) {
    Request request;
    {
      MutexLock lock(&mu_);
      mu_.Await([this] {
        mu_.AssertHeld();
        return stopping_ || !requests_.empty();
      });
      if (requests_.empty()) return;
      request = std::move(requests_.front());
      requests_.pop_front();
    }
    request.take(log_.ReadFeed(request.job_id, request.sequence, kRowsPerRead));
  }
}

}  // namespace tricorn::server
