#pragma once

#include <memory>
#include <typeinfo>

#include "core/base/json_fields.h"

namespace tricorn::ir {

struct NoAttrs {
  NO_FIELDS()
};

// The attributes of a node: one FIELDS struct, erased. Immutable and shared by copies.
class Attrs {
 public:
  Attrs() : Attrs(NoAttrs{}) {}
  template <HasFields T>
  Attrs(T value) : held_(std::make_shared<Holder<T>>(std::move(value))) {}  // NOLINT

  template <HasFields T>
  const T& As() const {
    const auto* holder = dynamic_cast<const Holder<T>*>(held_.get());
    CHECK(holder != nullptr);
    return holder->value;
  }
  Json ToJson() const { return held_->ToJson(); }

  friend bool operator==(const Attrs& a, const Attrs& b) {
    return a.held_ == b.held_ || a.held_->Equals(*b.held_);
  }

 private:
  struct Held {
    virtual ~Held() = default;
    virtual Json ToJson() const = 0;
    virtual bool Equals(const Held& other) const = 0;
  };
  template <typename T>
  struct Holder : Held {
    explicit Holder(T v) : value(std::move(v)) {}
    Json ToJson() const override { return tricorn::ToJson(value); }
    bool Equals(const Held& other) const override {
      const auto* same = dynamic_cast<const Holder*>(&other);
      return same != nullptr && same->value == value;
    }
    const T value;
  };

  std::shared_ptr<const Held> held_;
};

}  // namespace tricorn::ir
