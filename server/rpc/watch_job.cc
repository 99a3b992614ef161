#include "server/rpc/watch_job.h"
#include "proto/rpc/status.h"

#include <deque>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "server/rpc/pages.h"
#include "server/state/change.h"
#include "server/state/names.h"

namespace tricorn::server {
namespace {

// The number of the last event that `cursor` stands for; 0 at the beginning.
absl::StatusOr<int64_t> ParseCursor(const std::string& job_id, const std::string& cursor) {
  if (cursor.empty()) return 0;
  const std::string prefix = job_id + "/";
  if (cursor.compare(0, prefix.size(), prefix) == 0) {
    const absl::StatusOr<int64_t> sequence = NumberOfToken(cursor.substr(prefix.size()));
    if (sequence.ok() && *sequence >= 0) return sequence;
  }
  return InvalidArgument("cursor: expected one of jobs/{}, received '{}'", job_id,
                         cursor.substr(0, 100));
}

// Kept events come from the log, in order; between them, the latest progress. Its methods run on
// gRPC's threads, on the reader's and, as pokes, on the coordinator's.
class JobWatch : public grpc::ServerWriteReactor<tricorn::v1::JobEvent> {
 public:
  JobWatch(Coordinator& coordinator, FeedReader& reader,
           const tricorn::v1::WatchJobRequest& request)
      : coordinator_(coordinator), reader_(reader), until_now_(request.until_now()) {
    const absl::Status status = Parse(request);
    if (!status.ok()) {
      Finish(rpc::ToGrpc(status));
      return;
    }
    subscription_ = coordinator_.Subscribe("jobs/" + job_id_,
                                           [this](const Coordinator::View& view) { Update(view); });
    // The first look. OnDone waits for it by way of `looked_`.
    coordinator_.Read([this](const Coordinator::View& view) {
      Update(view);
      MutexLock lock(&mu_);
      looked_ = true;
      idle_.Signal();
    });
  }

  void OnWriteDone(bool ok) override {
    MutexLock lock(&mu_);
    writing_ = false;
    if (!ok) {
      End(grpc::Status::CANCELLED);
      return;
    }
    if (sent_final_) {
      End(grpc::Status::OK);
      return;
    }
    WriteNext();
  }
  void OnCancel() override {
    MutexLock lock(&mu_);
    if (!writing_) End(grpc::Status::CANCELLED);
    cancelled_ = true;
  }
  void OnDone() override {
    if (subscription_ != 0) {
      coordinator_.Unsubscribe(subscription_);
      MutexLock lock(&mu_);
      while (!looked_ || reading_) idle_.Wait(&mu_);
    }
    delete this;
  }

 private:
  absl::Status Parse(const tricorn::v1::WatchJobRequest& request) {
    ASSIGN_OR_RETURN(job_id_, ParseName("jobs", request.name()));
    MutexLock lock(&mu_);
    ASSIGN_OR_RETURN(sequence_, ParseCursor(job_id_, request.cursor()));
    return absl::OkStatus();
  }

  void Update(const Coordinator::View& view) {
    MutexLock lock(&mu_);
    if (ended_ || (until_now_ && updated_)) return;
    updated_ = true;
    const JobRecord* record = Find(view.state.jobs, job_id_);
    if (record == nullptr) {
      failure_ = NotFound("jobs/{}: no such job", job_id_);
    } else {
      last_sequence_ = record->feed_sequence();
      if (sequence_ > last_sequence_) {  // of an earlier job of this name
        failure_ = InvalidArgument("cursor: expected at most {}, received {}",
                                   FeedCursor(job_id_, last_sequence_), sequence_);
      }
      is_final_ = IsFinal(record->job().state());
      const auto live = view.live_progress.find(job_id_);
      if (live != view.live_progress.end() && Differs(live->second)) progress_ = live->second;
    }
    if (!writing_) WriteNext();
  }

  bool Differs(const tricorn::v1::Progress& progress) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return progress.SerializeAsString() != last_progress_.SerializeAsString();
  }

  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (ended_) return;
    if (cancelled_) {
      End(grpc::Status::CANCELLED);
    } else if (!failure_.ok()) {
      End(rpc::ToGrpc(failure_));
    } else if (sequence_ < last_sequence_) {
      WriteKept();
    } else if (is_final_ || until_now_) {
      End(grpc::Status::OK);
    } else if (progress_.has_value()) {
      last_progress_ = *std::exchange(progress_, std::nullopt);
      // The epoch's end has been told.
      if (last_progress_.epoch() < next_epoch_) return;
      event_.Clear();
      *event_.mutable_time() = ToProto(coordinator_.clock().Now());
      *event_.mutable_progress() = last_progress_;
      Write();
    }
  }

  void WriteKept() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (rows_.empty()) {
      if (std::exchange(reading_, true)) return;
      reader_.Read(job_id_, sequence_, [this](absl::StatusOr<std::vector<FeedRow>> rows) {
        TakeRows(std::move(rows));
      });
      return;
    }
    const FeedRow row = std::move(rows_.front());
    rows_.pop_front();
    sequence_ = row.sequence;
    if (!event_.ParseFromString(row.event)) {
      End(rpc::ToGrpc(DataLoss("jobs/{}: event {} is damaged", job_id_, row.sequence)));
      return;
    }
    if (event_.has_epoch_logs()) next_epoch_ = event_.epoch_logs().epoch() + 1;
    if (event_.has_job()) {
      next_epoch_ = 0;
      sent_final_ = IsFinal(event_.job().state());
    }
    Write();
  }

  void TakeRows(absl::StatusOr<std::vector<FeedRow>> rows) {
    MutexLock lock(&mu_);
    reading_ = false;
    idle_.Signal();
    if (ended_) return;
    if (!rows.ok()) {
      End(rpc::ToGrpc(rows.status()));
    } else if (rows->empty()) {
      End(rpc::ToGrpc(DataLoss("jobs/{}: expected events up to {}, received none after {}", job_id_,
                               last_sequence_, sequence_)));
    } else {
      rows_.assign(std::make_move_iterator(rows->begin()), std::make_move_iterator(rows->end()));
      WriteNext();
    }
  }

  void Write() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    writing_ = true;
    StartWrite(&event_);
  }
  void End(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (std::exchange(ended_, true)) return;
    Finish(status);
  }

  Coordinator& coordinator_;
  FeedReader& reader_;
  const bool until_now_;
  std::string job_id_;
  int64_t subscription_ = 0;

  Mutex mu_;
  CondVar idle_;
  bool looked_ ABSL_GUARDED_BY(mu_) = false;
  bool updated_ ABSL_GUARDED_BY(mu_) = false;
  bool reading_ ABSL_GUARDED_BY(mu_) = false;  // never together with `writing_`
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  bool is_final_ ABSL_GUARDED_BY(mu_) = false;
  bool sent_final_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status failure_ ABSL_GUARDED_BY(mu_);
  int64_t sequence_ ABSL_GUARDED_BY(mu_) = 0;       // sent
  int64_t last_sequence_ ABSL_GUARDED_BY(mu_) = 0;  // known to be in the log
  int next_epoch_ ABSL_GUARDED_BY(mu_) = 0;
  std::deque<FeedRow> rows_ ABSL_GUARDED_BY(mu_);
  std::optional<tricorn::v1::Progress> progress_ ABSL_GUARDED_BY(mu_);
  tricorn::v1::Progress last_progress_ ABSL_GUARDED_BY(mu_);
  tricorn::v1::JobEvent event_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

grpc::ServerWriteReactor<tricorn::v1::JobEvent>* NewJobWatch(
    Coordinator& coordinator, FeedReader& reader, const tricorn::v1::WatchJobRequest& request) {
  return new JobWatch(coordinator, reader, request);
}

}  // namespace tricorn::server
