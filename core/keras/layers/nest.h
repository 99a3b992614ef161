#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/json.h"

namespace tricorn::keras {

// Nested lists and dictionaries with leaves of type T (tensors) or plain JSON (constants among a
// call's arguments).
template <typename T>
class Nest {
 public:
  using List = std::vector<Nest>;
  using Dict = std::vector<std::pair<std::string, Nest>>;

  Nest() = default;
  Nest(T leaf) : value_(std::move(leaf)) {}  // NOLINT
  explicit Nest(Json literal) : value_(std::move(literal)) {}
  explicit Nest(List list) : value_(std::move(list)) {}
  Nest(std::initializer_list<Nest> list) : value_(List(list)) {}  // NOLINT
  explicit Nest(Dict dict) : value_(std::move(dict)) {}

  bool is_leaf() const { return std::holds_alternative<T>(value_); }
  bool is_literal() const { return std::holds_alternative<Json>(value_); }
  bool is_list() const { return std::holds_alternative<List>(value_); }
  bool is_dict() const { return std::holds_alternative<Dict>(value_); }
  const T& leaf() const { return std::get<T>(value_); }
  const Json& literal() const { return std::get<Json>(value_); }
  const List& list() const { return std::get<List>(value_); }
  const Dict& dict() const { return std::get<Dict>(value_); }

  // Calls f(leaf) for each leaf: lists in order, dictionaries by sorted key, as Keras flattens.
  template <typename F>
  void ForEach(F&& f) const {
    if (is_leaf()) {
      f(leaf());
    } else if (is_list()) {
      for (const Nest& item : list()) item.ForEach(f);
    } else if (is_dict()) {
      for (const size_t i : SortedByKey()) dict()[i].second.ForEach(f);
    }
  }
  std::vector<T> Flatten() const {
    std::vector<T> leaves;
    ForEach([&](const T& leaf) { leaves.push_back(leaf); });
    return leaves;
  }

  // The same structure with f(leaf) as leaves, visited in the order of ForEach.
  template <typename F>
  auto Map(F&& f) const {
    using U = std::decay_t<decltype(f(std::declval<const T&>()))>;
    if (is_leaf()) return Nest<U>(f(leaf()));
    if (is_literal()) return Nest<U>(literal());
    if (is_list()) {
      typename Nest<U>::List items;
      for (const Nest& item : list()) items.push_back(item.Map(f));
      return Nest<U>(std::move(items));
    }
    typename Nest<U>::Dict items(dict().size());
    for (const size_t i : SortedByKey()) items[i] = {dict()[i].first, dict()[i].second.Map(f)};
    return Nest<U>(std::move(items));
  }

  // With f(leaf) in place of each leaf; dictionaries keep their order.
  template <typename F>
  Json MapToJson(F&& f) const {
    if (is_leaf()) return f(leaf());
    if (is_literal()) return literal();
    if (is_list()) {
      Json::Array items;
      for (const Nest& item : list()) items.push_back(item.MapToJson(f));
      return items;
    }
    Json::Object members;
    for (const auto& [key, item] : dict()) members.emplace_back(key, item.MapToJson(f));
    return members;
  }

 private:
  std::vector<size_t> SortedByKey() const {
    std::vector<size_t> order(dict().size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](size_t a, size_t b) { return dict()[a].first < dict()[b].first; });
    return order;
  }

  std::variant<Json, T, List, Dict> value_;
};

}  // namespace tricorn::keras
