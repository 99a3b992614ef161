#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/keras/training/callback.h"

// The members of a callback as a Callback::State, and back.

namespace tricorn::keras {

class StateWriter {
 public:
  void Add(const std::string& name, int64_t value);
  void Add(const std::string& name, const std::optional<double>& value);  // none: left out
  // As name/0, name/1, ...; none: left out.
  void Add(const std::string& name, const std::optional<std::vector<Tensor>>& values);
  Callback::State Take() { return std::move(state_); }

 private:
  Callback::State state_;
};

class StateReader {
 public:
  // `owner` is named in errors.
  StateReader(std::string_view owner, const Callback::State& state)
      : owner_(owner), state_(state) {}

  void Read(const std::string& name, int64_t* value);
  void Read(const std::string& name, std::optional<double>* value);
  void Read(const std::string& name, std::optional<std::vector<Tensor>>* values);
  // The first error: InvalidArgument for what is missing or no such value.
  const absl::Status& status() const { return status_; }

 private:
  // Null, with an error, unless it is one value of this type.
  const Tensor* Scalar(const std::string& name, DType dtype);

  const std::string_view owner_;
  const Callback::State& state_;
  absl::Status status_;
};

}  // namespace tricorn::keras
