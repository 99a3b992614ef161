#include "worker/process/line_tail.h"

#include <algorithm>

namespace tricorn::worker {

void LineTail::Append(std::string_view data, const std::function<void(std::string_view)>& on_line) {
  while (!data.empty()) {
    const size_t newline = data.find('\n');
    const std::string_view piece = data.substr(0, newline);
    line_.append(piece.substr(0, kMaxLineBytes - std::min(kMaxLineBytes, line_.size())));
    if (newline == data.npos) return;
    EndLine(on_line);
    data.remove_prefix(newline + 1);
  }
}

void LineTail::Finish(const std::function<void(std::string_view)>& on_line) {
  if (!line_.empty()) EndLine(on_line);
}

void LineTail::EndLine(const std::function<void(std::string_view)>& on_line) {
  on_line(line_);
  if (lines_.size() == kMaxLines) lines_.pop_front();
  lines_.push_back(std::move(line_));
  line_.clear();
}

std::string LineTail::Text() const {
  std::string text;
  for (const std::string& line : lines_) text.append(line).append("\n");
  return text;
}

}  // namespace tricorn::worker
