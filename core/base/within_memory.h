#pragma once

#include <new>
#include <string_view>
#include <utility>

#include "core/base/status.h"

namespace tricorn {

// What `f` gives, a Status or a StatusOr; ResourceExhausted of `subject` when memory was refused on
// the way. For threads where nobody else would catch it, so that one large request ends itself and
// not the process.
template <typename F>
auto WithinMemory(std::string_view subject, F&& f) -> decltype(f()) {
  try {
    return std::forward<F>(f)();
  } catch (const std::bad_alloc&) {
    return ResourceExhausted("{}: expected enough memory, received a refusal", subject);
  }
}

}  // namespace tricorn
