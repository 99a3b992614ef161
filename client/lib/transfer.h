#pragma once

#include <memory>

#include "client/lib/client_impl.h"
#include "proto/blob/blob_client.h"

namespace tricorn::client {

// What moves the blobs of one call: its transfers end when the call is cancelled.
class Transfer {
 public:
  Transfer(const Client::Impl& impl, const CallOptions& call)
      : cancellation_(call.cancellation),
        blobs_(std::make_shared<BlobClient>(impl.channel,
                                            call.timeout.value_or(impl.options.patience))) {
    if (cancellation_ == nullptr) return;
    id_ = cancellation_->OnCancel([blobs = blobs_] { blobs->Stop(); });
  }
  ~Transfer() {
    if (cancellation_ != nullptr) cancellation_->Forget(id_);
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  BlobClient& operator*() { return *blobs_; }
  BlobClient* operator->() { return blobs_.get(); }

 private:
  const std::shared_ptr<Cancellation> cancellation_;
  const std::shared_ptr<BlobClient> blobs_;
  int64_t id_ = 0;
};

}  // namespace tricorn::client
