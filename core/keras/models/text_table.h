#pragma once

#include <string>
#include <vector>

namespace tricorn::keras {

// A table in box-drawing characters, as Keras prints summaries (through the package rich).
class TextTable {
 public:
  struct Column {
    std::string header;
    int width = 0;  // wished for; all shrink alike until the table fits
    enum Align { kLeft, kCenter, kRight } align = kLeft;
  };

  TextTable(std::vector<Column> columns, int total_width);

  // One cell a column. Texts wrap at spaces; a longer word ends in an ellipsis.
  void AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  std::string ToString() const;

 private:
  std::string Line(const std::string& left, const std::string& fill, const std::string& middle,
                   const std::string& right) const;
  std::string Row(const std::vector<std::string>& cells, const std::string& bar) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace tricorn::keras
