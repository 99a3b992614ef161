#include "core/keras/callbacks/path_template.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include "core/base/status.h"

namespace tricorn::keras {

absl::StatusOr<std::string> FillPath(const std::string& path_template, int64_t epoch,
                                     std::optional<int64_t> batch, const Logs& logs) {
  fmt::dynamic_format_arg_store<fmt::format_context> arguments;
  arguments.push_back(fmt::arg("epoch", epoch));
  if (batch) arguments.push_back(fmt::arg("batch", *batch));
  for (const auto& [name, value] : logs) arguments.push_back(fmt::arg(name.c_str(), value));
  try {
    return fmt::vformat(path_template, arguments);
  } catch (const fmt::format_error& error) {
    return InvalidArgument("filepath: expected names of logs and formats of numbers in '{}': {}",
                           path_template, error.what());
  }
}

}  // namespace tricorn::keras
