#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "core/backend/device.h"
#include "core/base/mutex.h"

namespace tricorn::backend {

// Compiled graphs, so that each is compiled once: direct calls look theirs up by the graph itself,
// a model with free axes by its concrete shapes. Safe from several threads: threads that ask for
// the same executable wait for one compilation. Failures are not kept. Beyond `capacity` the least
// recently used executable is let go; whoever holds it may go on using it.
class ExecutableCache {
 public:
  using Pointer = std::shared_ptr<const Executable>;
  using Compile = std::function<absl::StatusOr<std::unique_ptr<Executable>>()>;

  explicit ExecutableCache(size_t capacity = 256) : capacity_(capacity) {}

  // The executable kept under `key`, made by `compile` when there is none.
  absl::StatusOr<Pointer> Get(const std::string& key, const Compile& compile);
  // The executable of `graph` on `device`, found by the graph's text, the platform and the options.
  absl::StatusOr<Pointer> Get(Device& device, const ir::Graph& graph,
                              const CompileOptions& options);

  size_t size() const;

 private:
  struct Entry {
    explicit Entry(std::string k) : key(std::move(k)) {}
    const std::string key;
    Mutex mu;
    Pointer executable ABSL_GUARDED_BY(mu);
  };
  using Entries = std::list<std::shared_ptr<Entry>>;

  std::shared_ptr<Entry> Find(const std::string& key);

  const size_t capacity_;
  mutable Mutex mu_;
  Entries recent_ ABSL_GUARDED_BY(mu_);  // most recently used first
  absl::flat_hash_map<std::string, Entries::iterator> by_key_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tricorn::backend
