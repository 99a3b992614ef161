#include "core/base/log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <mutex>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace tricorn {
namespace {

class FunctionSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FunctionSink(std::function<void(std::string_view)> write) : write_(std::move(write)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    write_(std::string_view(message.payload.data(), message.payload.size()));
  }
  void flush_() override {}

 private:
  const std::function<void(std::string_view)> write_;
};

}  // namespace

struct Logger::Sink {
  explicit Sink(spdlog::sink_ptr sink) : logger("", std::move(sink)) {
    logger.set_pattern("%v");
    logger.flush_on(spdlog::level::trace);
  }
  spdlog::logger logger;
};

Logger Logger::ToStderr(std::string program) {
  return Logger(std::make_shared<Sink>(std::make_shared<spdlog::sinks::stderr_sink_mt>()),
                {{"program", Json(std::move(program))}});
}

Logger::Logger(std::string program, std::function<void(std::string_view)> sink)
    : Logger(std::make_shared<Sink>(std::make_shared<FunctionSink>(std::move(sink))),
             {{"program", Json(std::move(program))}}) {}

Logger::Logger(std::shared_ptr<Sink> sink, Json::Object fixed)
    : sink_(std::move(sink)), fixed_(std::move(fixed)) {}

Logger Logger::With(Field field) const {
  Logger logger = *this;
  logger.fixed_.push_back(std::move(field));
  return logger;
}

void Logger::Info(std::string_view message, std::initializer_list<Field> fields) const {
  Write("info", message, fields);
}
void Logger::Warning(std::string_view message, std::initializer_list<Field> fields) const {
  Write("warning", message, fields);
}
void Logger::Error(std::string_view message, std::initializer_list<Field> fields) const {
  Write("error", message, fields);
}

void Logger::Write(std::string_view level, std::string_view message,
                   std::initializer_list<Field> fields) const {
  Json::Object line;
  line.reserve(3 + fixed_.size() + fields.size());
  line.emplace_back("time",
                    absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone()));
  line.emplace_back("level", level);
  line.insert(line.end(), fixed_.begin(), fixed_.end());
  line.emplace_back("message", message);
  line.insert(line.end(), fields.begin(), fields.end());
  const std::string text = Json(std::move(line)).Dump();
  sink_->logger.log(spdlog::level::info, spdlog::string_view_t(text.data(), text.size()));
}

}  // namespace tricorn
