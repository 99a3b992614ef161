#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <typeindex>
#include <utility>

#include "absl/status/statusor.h"
#include "core/base/json.h"

namespace tricorn::keras {

class Deserializer;

// The classes of one kind T by name: Keras's class name, aliases, and "package>Name" for a user's
// classes. Filled once, then constant.
template <typename T>
class Registry {
 public:
  using Factory =
      std::function<absl::StatusOr<std::shared_ptr<T>>(const Json& config, const Deserializer&)>;

  // C gives `static StatusOr<shared_ptr<C>> FromConfig(const Json&, const Deserializer&)`. A name
  // that is there already is replaced, so that a user's class can stand in for one of ours.
  template <typename C>
  void Add(std::string_view name) {
    factories_[std::string(name)] = [](const Json& config, const Deserializer& deserializer)
        -> absl::StatusOr<std::shared_ptr<T>> { return C::FromConfig(config, deserializer); };
  }
  void AddFactory(std::string_view name, Factory factory) {
    factories_[std::string(name)] = std::move(factory);
  }
  // A user's class is known by its kRegisteredName, ours by kClassName.
  template <typename C>
  void Add() {
    if constexpr (requires { C::kRegisteredName; }) {
      Add<C>(C::kRegisteredName);
    } else {
      Add<C>(C::kClassName);
    }
  }

  const Factory* Find(std::string_view name) const {  // nullptr when there is none
    const auto it = factories_.find(name);
    return it == factories_.end() ? nullptr : &it->second;
  }
  const std::map<std::string, Factory, std::less<>>& factories() const { return factories_; }

 private:
  std::map<std::string, Factory, std::less<>> factories_;
};

// One registry for each kind. A value: copies are independent.
class Registries {
 public:
  template <typename T>
  Registry<T>& Of() {
    std::unique_ptr<Held>& held = held_[typeid(T)];
    if (held == nullptr) held = std::make_unique<Holder<T>>();
    return static_cast<Holder<T>&>(*held).registry;
  }
  template <typename T>
  const Registry<T>* Find() const {  // nullptr when no class of the kind was added
    const auto it = held_.find(typeid(T));
    return it == held_.end() ? nullptr : &static_cast<const Holder<T>&>(*it->second).registry;
  }

  Registries() = default;
  Registries(const Registries& other) {
    for (const auto& [type, held] : other.held_) held_[type] = held->Clone();
  }
  Registries& operator=(Registries other) {
    held_.swap(other.held_);
    return *this;
  }

 private:
  struct Held {
    virtual ~Held() = default;
    virtual std::unique_ptr<Held> Clone() const = 0;
  };
  template <typename T>
  struct Holder : Held {
    Registry<T> registry;
    std::unique_ptr<Held> Clone() const override { return std::make_unique<Holder>(*this); }
  };

  std::map<std::type_index, std::unique_ptr<Held>> held_;
};

}  // namespace tricorn::keras
