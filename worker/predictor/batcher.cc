#include "worker/predictor/batcher.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/time/clock.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/base/within_memory.h"
#include "core/tensor/allocate.h"

namespace tricorn::worker {
namespace {

int64_t RowsOf(const std::vector<Tensor>& inputs) { return inputs.at(0).shape()[0]; }

bool SameRowShapes(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    const std::vector<int64_t>& x = a[i].shape().dims();
    const std::vector<int64_t>& y = b[i].shape().dims();
    if (!std::equal(x.begin() + 1, x.end(), y.begin() + 1, y.end())) return false;
  }
  return true;
}

// The parts one below the other, and zeros up to `rows`.
Tensor Stack(const std::vector<const Tensor*>& parts, int64_t rows) {
  std::vector<int64_t> dims = parts[0]->shape().dims();
  dims[0] = rows;
  Tensor stacked(parts[0]->dtype(), Shape(std::move(dims)));
  std::byte* out = stacked.bytes();
  for (const Tensor* part : parts) {
    std::memcpy(out, part->bytes(), static_cast<size_t>(part->nbytes()));
    out += part->nbytes();
  }
  return stacked;
}

absl::Status Late() {
  return absl::DeadlineExceededError("predict: the deadline passed before the request's turn");
}

}  // namespace

Batcher::Batcher(PredictModel& model, const Options& options, Observer observer)
    : model_(model),
      options_(options),
      observer_(std::move(observer)),
      buckets_(Buckets(options.max_batch_size)),
      thread_([this] { Run(); }) {}

Batcher::~Batcher() {
  {
    MutexLock lock(&mu_);
    stopped_ = true;
  }
  thread_.join();
  for (Waiting& waiting : queue_) {
    waiting.request.reply(absl::UnavailableError("predict: the predictor is shutting down"));
  }
}

void Batcher::Submit(Request request) {
  const int64_t rows = RowsOf(request.inputs);
  absl::Status refused;
  {
    MutexLock lock(&mu_);
    if (stopped_) {
      refused = absl::UnavailableError("predict: the predictor is shutting down");
    } else if (queued_rows_ + rows > options_.max_queued_rows) {
      refused = ResourceExhausted("predict: expected room for {} rows, {} of {} are waiting", rows,
                                  queued_rows_, options_.max_queued_rows);
    } else {
      queued_rows_ += rows;
      queue_.push_back({std::move(request), absl::Now(), rows});
      return;
    }
  }
  request.reply(refused);
}

void Batcher::StopGathering() {
  MutexLock lock(&mu_);
  gathers_ = false;
}

int64_t Batcher::queued_rows() const {
  MutexLock lock(&mu_);
  return queued_rows_;
}

std::vector<int64_t> Batcher::Buckets(int64_t max_batch_size) {
  std::vector<int64_t> buckets;
  for (int64_t size = 1; size < max_batch_size; size *= 2) buckets.push_back(size);
  buckets.push_back(max_batch_size);
  return buckets;
}

absl::Status Batcher::WarmUp() {
  for (const int64_t rows : buckets_) {
    std::vector<Tensor> inputs;
    for (const PredictModel::Port& port : model_.inputs()) {
      std::vector<int64_t> dims = {rows};
      for (const int64_t size : port.row_shape) {
        if (size < 0) return absl::OkStatus();  // sizes are known when requests come
        dims.push_back(size);
      }
      absl::StatusOr<Tensor> input = Allocate(port.dtype, Shape(std::move(dims)));
      if (!input.ok()) return WithSubject(input.status(), port.name);
      std::memset(input->bytes(), 0, static_cast<size_t>(input->nbytes()));
      inputs.push_back(*std::move(input));
    }
    RETURN_IF_ERROR(WithinMemory("predict", [&] { return PredictRows(inputs).status(); }));
  }
  return absl::OkStatus();
}

void Batcher::Run() {
  while (true) {
    std::vector<Waiting> batch, late;
    {
      MutexLock lock(&mu_);
      auto some = [this] {
        mu_.AssertHeld();
        return stopped_ || !queue_.empty();
      };
      mu_.Await(some);
      if (stopped_) return;
      auto full = [this] {
        mu_.AssertHeld();
        return stopped_ || !gathers_ || queued_rows_ >= options_.max_batch_size;
      };
      mu_.AwaitWithDeadline(full, queue_.front().arrival + options_.max_delay);
      if (stopped_) return;
      DropLate(absl::Now(), &late);
      batch = TakeBatch();
    }
    for (Waiting& waiting : late) waiting.request.reply(Late());
    if (!batch.empty()) Compute(std::move(batch));
  }
}

void Batcher::DropLate(absl::Time now, std::vector<Waiting>* late) {
  for (auto it = queue_.begin(); it != queue_.end();) {
    if (it->request.deadline > now && !it->request.is_abandoned()) {
      ++it;
      continue;
    }
    queued_rows_ -= it->rows;
    late->push_back(std::move(*it));
    it = queue_.erase(it);
  }
}

std::vector<Batcher::Waiting> Batcher::TakeBatch() {
  std::vector<Waiting> batch;
  int64_t rows = 0;
  for (auto it = queue_.begin(); it != queue_.end();) {
    const bool joins =
        batch.empty() || (rows + it->rows <= options_.max_batch_size &&
                          SameRowShapes(batch[0].request.inputs, it->request.inputs));
    if (!joins) {
      ++it;
      continue;
    }
    rows += it->rows;
    queued_rows_ -= it->rows;
    batch.push_back(std::move(*it));
    it = queue_.erase(it);
  }
  return batch;
}

void Batcher::Compute(std::vector<Waiting> batch) {
  const absl::Time begin = absl::Now();
  int64_t rows = 0;
  for (const Waiting& waiting : batch) rows += waiting.rows;
  const absl::StatusOr<std::vector<Tensor>> outputs = WithinMemory("predict", [&] {
    std::vector<Tensor> inputs;
    for (size_t i = 0; i < model_.inputs().size(); ++i) {
      std::vector<const Tensor*> parts;
      for (const Waiting& waiting : batch) parts.push_back(&waiting.request.inputs[i]);
      inputs.push_back(parts.size() == 1 ? *parts[0] : Stack(parts, rows));
    }
    return PredictRows(inputs);
  });
  if (observer_) observer_(rows, static_cast<int64_t>(batch.size()), absl::Now() - begin);
  if (!outputs.ok() && batch.size() > 1) {  // one bad request is nobody else's error
    for (Waiting& waiting : batch) {
      waiting.request.reply(
          WithinMemory("predict", [&] { return PredictRows(waiting.request.inputs); }));
    }
    return;
  }
  int64_t row = 0;
  for (Waiting& waiting : batch) {
    if (!outputs.ok()) {
      waiting.request.reply(outputs.status());
      continue;
    }
    std::vector<Tensor> own;
    for (const Tensor& output : *outputs) own.push_back(output.Rows(row, row + waiting.rows));
    row += waiting.rows;
    waiting.request.reply(std::move(own));
  }
}

absl::StatusOr<std::vector<Tensor>> Batcher::PredictRows(const std::vector<Tensor>& inputs) {
  const int64_t rows = RowsOf(inputs);
  std::vector<std::vector<Tensor>> pieces;  // by output
  for (int64_t begin = 0; begin < rows; begin += options_.max_batch_size) {
    const int64_t end = std::min(rows, begin + options_.max_batch_size);
    const int64_t padded = *std::lower_bound(buckets_.begin(), buckets_.end(), end - begin);
    std::vector<Tensor> piece;
    for (const Tensor& input : inputs) {
      const Tensor part = input.Rows(begin, end);
      piece.push_back(padded == end - begin ? part : Stack({&part}, padded));
    }
    ASSIGN_OR_RETURN(const std::vector<Tensor> outputs, model_.Predict(piece));
    pieces.resize(outputs.size());
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i].shape().rank() == 0 || outputs[i].shape()[0] != padded) {
        return Internal("predict: output {}: expected {} rows, received {}", i, padded,
                        outputs[i].ToString());
      }
      pieces[i].push_back(outputs[i].Rows(0, end - begin));
    }
  }
  std::vector<Tensor> whole;
  for (const std::vector<Tensor>& parts : pieces) {
    std::vector<const Tensor*> pointers;
    for (const Tensor& part : parts) pointers.push_back(&part);
    whole.push_back(parts.size() == 1 ? parts[0] : Stack(pointers, rows));
  }
  return whole;
}

}  // namespace tricorn::worker
