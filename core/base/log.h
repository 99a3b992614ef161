#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/json.h"

namespace tricorn {

// Writes one JSON object a line:
//   {"time": "2026-01-31T12:00:00.123Z", "level": "info", "program": "...", "message": "...", ...}
// Copies share the sink. For any thread.
class Logger {
 public:
  using Field = std::pair<std::string, Json>;

  // Lines go to standard error, in one write each.
  static Logger ToStderr(std::string program);
  // `sink` gets each line without its newline, one at a time.
  Logger(std::string program, std::function<void(std::string_view)> sink);

  // A logger whose lines all carry `field` too.
  Logger With(Field field) const;

  void Info(std::string_view message, std::initializer_list<Field> fields = {}) const;
  void Warning(std::string_view message, std::initializer_list<Field> fields = {}) const;
  void Error(std::string_view message, std::initializer_list<Field> fields = {}) const;

 private:
  struct Sink;

  Logger(std::shared_ptr<Sink> sink, Json::Object fixed);
  void Write(std::string_view level, std::string_view message,
             std::initializer_list<Field> fields) const;

  std::shared_ptr<Sink> sink_;
  Json::Object fixed_;
};

}  // namespace tricorn
