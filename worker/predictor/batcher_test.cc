#include "worker/predictor/batcher.h"
#include "core/base/mutex.h"

#include <gtest/gtest.h>

#include <atomic>
#include <new>
#include <numeric>
#include <optional>

#include "absl/time/clock.h"
#include "core/base/notification.h"

namespace tricorn::worker {
namespace {

// y = 2 x, with one column; remembers the sizes of its batches, and can be held up.
class DoublingModel : public PredictModel {
 public:
  const std::vector<Port>& inputs() const override { return ports_; }
  const std::vector<Port>& outputs() const override { return ports_; }
  absl::StatusOr<std::vector<Tensor>> Predict(const std::vector<Tensor>& inputs) override {
    MutexLock lock(&mu_);
    mu_.Await([this] {
      mu_.AssertHeld();
      return open_;
    });
    const Tensor& x = inputs[0];
    sizes_.push_back(x.shape()[0]);
    Tensor y(DType::kF32, x.shape());
    for (int64_t i = 0; i < x.num_elements(); ++i) {
      const float value = x.data<float>()[i];
      if (value < 0) return absl::InvalidArgumentError("x: expected no negative number");
      y.data<float>()[i] = 2 * value;
    }
    return std::vector<Tensor>{y};
  }
  void Hold() {
    MutexLock lock(&mu_);
    open_ = false;
  }
  void Release() {
    MutexLock lock(&mu_);
    open_ = true;
  }
  std::vector<int64_t> sizes() {
    MutexLock lock(&mu_);
    return sizes_;
  }

 private:
  const std::vector<Port> ports_ = {{"x", DType::kF32, Shape{-1}}};
  Mutex mu_;
  bool open_ ABSL_GUARDED_BY(mu_) = true;
  std::vector<int64_t> sizes_ ABSL_GUARDED_BY(mu_);
};

Tensor Rows(std::vector<float> values) {
  const auto rows = static_cast<int64_t>(values.size());
  return Tensor::From<float>(Shape{rows, 1}, values);
}

// A submitted request and its reply, once there.
class Call {
 public:
  Call(Batcher& batcher, Tensor x, absl::Time deadline = absl::InfiniteFuture()) {
    batcher.Submit({.inputs = {std::move(x)},
                    .deadline = deadline,
                    .reply = [this](absl::StatusOr<std::vector<Tensor>> outputs) {
                      outputs_ = std::move(outputs);
                      done_.Notify();
                    }});
  }
  absl::Status status() {
    done_.WaitForNotification();
    return outputs_->status();
  }
  std::vector<float> values() {
    if (!status().ok()) return {};
    const auto y = outputs_->value()[0].values<float>();
    return {y.begin(), y.end()};
  }

 private:
  std::optional<absl::StatusOr<std::vector<Tensor>>> outputs_;
  Notification done_;
};

constexpr Batcher::Options kPatient = {
    .max_batch_size = 8, .max_delay = absl::Seconds(60), .max_queued_rows = 64};
constexpr Batcher::Options kQuick = {
    .max_batch_size = 8, .max_delay = absl::Milliseconds(1), .max_queued_rows = 64};

TEST(Batcher, GathersRequestsUntilTheBatchIsFull) {
  DoublingModel model;
  Batcher batcher(model, kPatient);
  Call a(batcher, Rows({1, 2, 3}));
  Call b(batcher, Rows({4}));
  Call c(batcher, Rows({5, 6, 7, 8}));
  EXPECT_EQ(a.values(), (std::vector<float>{2, 4, 6}));
  EXPECT_EQ(b.values(), (std::vector<float>{8}));
  EXPECT_EQ(c.values(), (std::vector<float>{10, 12, 14, 16}));
  EXPECT_EQ(model.sizes(), (std::vector<int64_t>{8}));
}

TEST(Batcher, DoesNotWaitLongerThanTheDelayAndPadsToABucket) {
  DoublingModel model;
  Batcher batcher(model, kQuick);
  EXPECT_EQ(Call(batcher, Rows({1, 2, 3})).values(), (std::vector<float>{2, 4, 6}));
  EXPECT_EQ(model.sizes(), (std::vector<int64_t>{4}));
}

TEST(Batcher, CutsARequestLargerThanTheLargestBatch) {
  DoublingModel model;
  Batcher batcher(model, kQuick);
  std::vector<float> x(19), y(19);
  std::iota(x.begin(), x.end(), 0.f);
  for (size_t i = 0; i < x.size(); ++i) y[i] = 2 * x[i];
  EXPECT_EQ(Call(batcher, Rows(x)).values(), y);
  EXPECT_EQ(model.sizes(), (std::vector<int64_t>{8, 8, 4}));
}

TEST(Batcher, KeepsOtherRowShapesApart) {
  DoublingModel model;
  Batcher batcher(model, kPatient);
  Call wide(batcher, Tensor::From<float>(Shape{1, 2}, std::vector<float>{1, 2}));
  Call narrow(batcher, Rows({3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(wide.values(), (std::vector<float>{2, 4}));
  Call more(batcher, Rows({1}));
  EXPECT_EQ(narrow.values().size(), 7u);
  EXPECT_EQ(more.values(), (std::vector<float>{2}));
}

TEST(Batcher, RefusesWhatItsQueueCannotHold) {
  DoublingModel model;
  model.Hold();
  Batcher batcher(model,
                  {.max_batch_size = 2, .max_delay = absl::ZeroDuration(), .max_queued_rows = 4});
  Call busy(batcher, Rows({1, 2}));
  while (batcher.queued_rows() > 0) absl::SleepFor(absl::Milliseconds(1));
  Call waits(batcher, Rows({1, 2, 3, 4}));
  Call refused(batcher, Rows({5}));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(refused.status().message(), "predict: expected room for 1 rows, 4 of 4 are waiting");
  model.Release();
  EXPECT_TRUE(busy.status().ok());
  EXPECT_TRUE(waits.status().ok());
}

TEST(Batcher, DropsWhatIsLateOrAbandonedWithoutComputingIt) {
  DoublingModel model;
  model.Hold();
  Batcher batcher(model,
                  {.max_batch_size = 1, .max_delay = absl::ZeroDuration(), .max_queued_rows = 64});
  Call busy(batcher, Rows({1}));
  while (batcher.queued_rows() > 0) absl::SleepFor(absl::Milliseconds(1));
  Call late(batcher, Rows({2}), absl::Now() + absl::Milliseconds(20));
  Notification abandoned;
  batcher.Submit({.inputs = {Rows({3})},
                  .is_abandoned = [] { return true; },
                  .reply = [&](const auto&) { abandoned.Notify(); }});
  absl::SleepFor(absl::Milliseconds(40));
  model.Release();
  EXPECT_EQ(late.status().code(), absl::StatusCode::kDeadlineExceeded);
  abandoned.WaitForNotification();
  EXPECT_EQ(busy.values(), (std::vector<float>{2}));
  EXPECT_EQ(model.sizes(), (std::vector<int64_t>{1}));
}

TEST(Batcher, OneBadRequestIsNobodyElsesError) {
  DoublingModel model;
  Batcher batcher(model,
                  {.max_batch_size = 2, .max_delay = absl::Seconds(60), .max_queued_rows = 64});
  Call good(batcher, Rows({1}));
  Call bad(batcher, Rows({-1}));
  EXPECT_EQ(good.values(), (std::vector<float>{2}));
  EXPECT_EQ(bad.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Batcher, SaysWhenThereIsNoMemoryAndServesTheNext) {
  class HungryModel : public DoublingModel {
   public:
    absl::StatusOr<std::vector<Tensor>> Predict(const std::vector<Tensor>& inputs) override {
      if (inputs[0].data<float>()[0] > 100) throw std::bad_alloc();
      return DoublingModel::Predict(inputs);
    }
  } model;
  Batcher batcher(model,
                  {.max_batch_size = 2, .max_delay = absl::Seconds(60), .max_queued_rows = 64});
  Call hungry(batcher, Rows({101}));
  Call beside(batcher, Rows({1}));
  EXPECT_EQ(hungry.status().code(), absl::StatusCode::kResourceExhausted) << hungry.status();
  EXPECT_EQ(beside.values(), (std::vector<float>{2}));
  Call alone(batcher, Rows({102, 103}));
  EXPECT_EQ(alone.status().code(), absl::StatusCode::kResourceExhausted) << alone.status();
  EXPECT_EQ(Call(batcher, Rows({2, 3})).values(), (std::vector<float>{4, 6}));
}

TEST(Batcher, AnswersWhatWaitsWhenItEnds) {
  DoublingModel model;
  std::optional<Batcher> batcher(std::in_place, model, kPatient);
  Call waits(*batcher, Rows({1}));
  batcher.reset();
  EXPECT_EQ(waits.status().code(), absl::StatusCode::kUnavailable);
}

TEST(Batcher, ServesManyCallersAtOnce) {
  DoublingModel model;
  Batcher batcher(
      model, {.max_batch_size = 16, .max_delay = absl::Milliseconds(1), .max_queued_rows = 4096});
  constexpr int kThreads = 4, kCalls = 200;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kCalls; ++i) {
        const float x = static_cast<float>(t * kCalls + i);
        if (Call(batcher, Rows({x, x + 1})).values() != std::vector<float>{2 * x, 2 * x + 2}) {
          ++wrong;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Batcher, WarmsUpEverySizeItWillUse) {
  class FixedModel : public DoublingModel {
    const std::vector<Port>& inputs() const override { return ports_; }
    const std::vector<Port> ports_ = {{"x", DType::kF32, Shape{1}}};
  } model;
  Batcher batcher(
      model, {.max_batch_size = 12, .max_delay = absl::Milliseconds(1), .max_queued_rows = 64});
  ASSERT_TRUE(batcher.WarmUp().ok());
  EXPECT_EQ(model.sizes(), (std::vector<int64_t>{1, 2, 4, 8, 12}));
}

// As a model's file may say.
TEST(Batcher, RefusesInputsThatNoMemoryHolds) {
  class OddModel : public DoublingModel {
   public:
    OddModel(DType dtype, Shape row_shape) : ports_({{"odd", dtype, std::move(row_shape)}}) {}
    const std::vector<Port>& inputs() const override { return ports_; }
    const std::vector<Port> ports_;
  };
  const auto warm_up = [](DType dtype, Shape row_shape) {
    OddModel model(dtype, std::move(row_shape));
    return Batcher(model, {.max_batch_size = 2}).WarmUp();
  };
  for (const absl::Status& status :
       {warm_up(DType::kString, {1}), warm_up(DType::kF32, {int64_t{1} << 61, 8})}) {
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_EQ(std::string(status.message()).substr(0, 5), "odd: ");
  }
  EXPECT_TRUE(absl::IsResourceExhausted(warm_up(DType::kF32, {int64_t{1} << 58})));
}

}  // namespace
}  // namespace tricorn::worker
