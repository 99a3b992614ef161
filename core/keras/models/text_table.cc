#include "core/keras/models/text_table.h"

#include <algorithm>
#include <cmath>

namespace tricorn::keras {
namespace {

// Characters, not bytes: continuation bytes of UTF-8 do not count.
int Length(const std::string& text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::vector<std::string> Wrap(const std::string& text, int width) {
  std::vector<std::string> lines;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    std::string word = text.substr(begin, end - begin);
    if (Length(word) > width) word = word.substr(0, static_cast<size_t>(width) - 1) + "…";
    if (!lines.empty() && Length(lines.back()) + 1 + Length(word) <= width) {
      lines.back() += " " + word;
    } else {
      lines.push_back(std::move(word));
    }
    begin = end + 1;
  }
  return lines;
}

}  // namespace

TextTable::TextTable(std::vector<Column> columns, int total_width) : columns_(std::move(columns)) {
  const int count = static_cast<int>(columns_.size());
  int excess = 3 * count + 1 - total_width;
  for (const Column& column : columns_) excess += column.width;
  for (int i = 0; i < count; ++i) {
    Column& column = columns_[static_cast<size_t>(i)];
    const int share = static_cast<int>(std::nearbyint(static_cast<double>(excess) / (count - i)));
    column.width = std::max(4, column.width - share);
    excess -= share;
  }
}

std::string TextTable::Line(const std::string& left, const std::string& fill,
                            const std::string& middle, const std::string& right) const {
  std::string line = left;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (i > 0) line += middle;
    for (int k = 0; k < columns_[i].width + 2; ++k) line += fill;
  }
  return line + right + "\n";
}

std::string TextTable::Row(const std::vector<std::string>& cells, const std::string& bar) const {
  std::vector<std::vector<std::string>> wrapped;
  size_t height = 1;
  for (size_t i = 0; i < columns_.size(); ++i) {
    wrapped.push_back(Wrap(cells[i], columns_[i].width));
    height = std::max(height, wrapped.back().size());
  }
  std::string text;
  for (size_t line = 0; line < height; ++line) {
    for (size_t i = 0; i < columns_.size(); ++i) {
      const std::string cell = line < wrapped[i].size() ? wrapped[i][line] : "";
      const auto space = static_cast<size_t>(columns_[i].width - Length(cell));
      const size_t before = columns_[i].align == Column::kLeft     ? 0
                            : columns_[i].align == Column::kCenter ? space / 2
                                                                   : space;
      text += bar + " " + std::string(before, ' ') + cell + std::string(space - before, ' ') + " ";
    }
    text += bar + "\n";
  }
  return text;
}

std::string TextTable::ToString() const {
  std::vector<std::string> headers;
  for (const Column& column : columns_) headers.push_back(column.header);
  std::string text = Line("┏", "━", "┳", "┓") + Row(headers, "┃") + Line("┡", "━", "╇", "┩");
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (i > 0) text += Line("├", "─", "┼", "┤");
    text += Row(rows_[i], "│");
  }
  return text + Line("└", "─", "┴", "┘");
}

}  // namespace tricorn::keras
