#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tricorn::keras {

// What an epoch or an evaluation ended with, by Keras's names: "loss", "accuracy", "val_loss".
using Logs = std::map<std::string, double>;

// What training reported, epoch by epoch.
struct History {
  std::vector<int64_t> epochs;
  std::map<std::string, std::vector<double>> values;  // one entry an epoch that reported it

  void Append(int64_t epoch, const Logs& logs) {
    epochs.push_back(epoch);
    for (const auto& [name, value] : logs) values[name].push_back(value);
  }
};

}  // namespace tricorn::keras
