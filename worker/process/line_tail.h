#pragma once

#include <deque>
#include <functional>
#include <string>
#include <string_view>

namespace tricorn::worker {

// Cuts a stream of bytes into lines, keeps the last few, and is bounded whatever comes.
class LineTail {
 public:
  static constexpr size_t kMaxLineBytes = 4096;  // the rest of a longer line is dropped
  static constexpr size_t kMaxLines = 20;

  // Calls `on_line` for each line that `data` completes.
  void Append(std::string_view data, const std::function<void(std::string_view)>& on_line);
  // Completes a last line without a newline.
  void Finish(const std::function<void(std::string_view)>& on_line);

  // The last lines, each with its newline.
  std::string Text() const;

 private:
  void EndLine(const std::function<void(std::string_view)>& on_line);

  std::string line_;
  std::deque<std::string> lines_;
};

}  // namespace tricorn::worker
