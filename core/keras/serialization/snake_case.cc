#include "core/keras/serialization/snake_case.h"

namespace tricorn::keras {
namespace {

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsWord(char c) { return IsUpper(c) || IsLower(c) || (c >= '0' && c <= '9') || c == '_'; }

// (.)([A-Z][a-z]+) to \1_\2: a capitalised word starts a part, whatever is before it.
std::string SplitBeforeWords(const std::string& name) {
  std::string out;
  size_t i = 0;
  while (i < name.size()) {
    out += name[i++];
    if (i + 1 < name.size() && IsUpper(name[i]) && IsLower(name[i + 1])) {
      out += '_';
      out += name[i++];
      while (i < name.size() && IsLower(name[i])) out += name[i++];
    }
  }
  return out;
}

// ([a-z])([A-Z]) to \1_\2.
std::string SplitAfterLower(const std::string& name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    if (i > 0 && IsLower(name[i - 1]) && IsUpper(name[i])) out += '_';
    out += name[i];
  }
  return out;
}

}  // namespace

std::string ToSnakeCase(std::string_view name) {
  std::string word;
  for (const char c : name) {
    if (IsWord(c)) word += c;
  }
  word = SplitAfterLower(SplitBeforeWords(word));
  for (char& c : word) {
    if (IsUpper(c)) c = static_cast<char>(c - 'A' + 'a');
  }
  return word;
}

}  // namespace tricorn::keras
