#pragma once

#include <string_view>
#include <tuple>
#include <utility>

// One line in a struct lists its members: FIELDS(rate, noise_shape, seed). Names, order, equality,
// JSON and printing follow. A member left out of the list does not compile.
#define FIELDS(...)                                                                  \
  static constexpr std::string_view kFieldNames = #__VA_ARGS__;                      \
  auto Tie() { return std::tie(__VA_ARGS__); }                                       \
  auto Tie() const { return std::tie(__VA_ARGS__); }                                 \
  bool operator==(const auto& other) const { return Tie() == other.Tie(); }          \
  _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wshadow\"") void \
  EveryMemberIsListed() {                                                            \
    [[maybe_unused]] auto& [__VA_ARGS__] = *this;                                    \
  }                                                                                  \
  _Pragma("GCC diagnostic pop")

// For a struct without members.
#define NO_FIELDS()                                   \
  static constexpr std::string_view kFieldNames = ""; \
  auto Tie() { return std::tuple<>(); }               \
  auto Tie() const { return std::tuple<>(); }         \
  bool operator==(const auto&) const { return true; } \
  void EveryMemberIsListed() {}

namespace tricorn {

template <typename T>
concept HasFields = requires(const T& t) {
  T::kFieldNames;
  t.Tie();
};

// Calls f(name, member) for each field in order.
template <typename S, typename F>
void ForEachField(S& s, F&& f) {
  std::string_view rest = std::remove_const_t<S>::kFieldNames;
  auto next = [&rest] {
    const size_t comma = rest.find(',');
    const std::string_view name = rest.substr(0, comma);
    rest = comma == rest.npos ? "" : rest.substr(rest.find_first_not_of(' ', comma + 1));
    return name;
  };
  std::apply([&](auto&... member) { (f(next(), member), ...); }, s.Tie());
}

}  // namespace tricorn
