#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/keras/layers/nest.h"

namespace tricorn::keras {

// The arguments of one call, tensors being of type T: graph values when a model is traced, symbolic
// tensors when it is put together.
template <typename T>
struct CallArguments {
  std::vector<Nest<T>> args;
  std::vector<std::pair<std::string, Nest<T>>> kwargs;

  CallArguments() = default;
  explicit CallArguments(std::vector<Nest<T>> positional) : args(std::move(positional)) {}
  // One tensor, or a list of them.
  static CallArguments Of(const std::vector<T>& tensors) {
    if (tensors.size() == 1) return CallArguments({Nest<T>(tensors[0])});
    return CallArguments({Nest<T>(typename Nest<T>::List(tensors.begin(), tensors.end()))});
  }

  // Tensors of the first positional argument: what most layers take.
  std::vector<T> Inputs() const { return args.empty() ? std::vector<T>() : args[0].Flatten(); }
  const Nest<T>* Keyword(std::string_view name) const {  // nullptr when absent
    for (const auto& [key, value] : kwargs) {
      if (key == name) return &value;
    }
    return nullptr;
  }
  // Every tensor, positional ones first.
  std::vector<T> Tensors() const {
    std::vector<T> tensors;
    const auto add = [&](const T& tensor) { tensors.push_back(tensor); };
    for (const Nest<T>& arg : args) arg.ForEach(add);
    Nest<T>(typename Nest<T>::Dict(kwargs.begin(), kwargs.end())).ForEach(add);
    return tensors;
  }

  // Of arguments that are tensors, or hold some.
  size_t NumTensorArguments() const {
    const auto holds = [](const Nest<T>& value) { return !value.Flatten().empty(); };
    const auto keyword_holds = [&](const auto& keyword) { return holds(keyword.second); };
    return static_cast<size_t>(std::count_if(args.begin(), args.end(), holds) +
                               std::count_if(kwargs.begin(), kwargs.end(), keyword_holds));
  }

  template <typename F>
  auto Map(F&& f) const {
    using U = std::decay_t<decltype(f(std::declval<const T&>()))>;
    CallArguments<U> mapped;
    for (const Nest<T>& arg : args) mapped.args.push_back(arg.Map(f));
    for (const auto& [key, value] : kwargs) mapped.kwargs.emplace_back(key, value.Map(f));
    return mapped;
  }
};

}  // namespace tricorn::keras
