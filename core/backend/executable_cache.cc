#include "core/backend/executable_cache.h"

#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/ir/text.h"

namespace tricorn::backend {

std::shared_ptr<ExecutableCache::Entry> ExecutableCache::Find(const std::string& key) {
  const MutexLock lock(&mu_);
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) {
    recent_.splice(recent_.begin(), recent_, found->second);
    return recent_.front();
  }
  recent_.push_front(std::make_shared<Entry>(key));
  by_key_[key] = recent_.begin();
  if (recent_.size() > capacity_) {
    by_key_.erase(recent_.back()->key);
    recent_.pop_back();
  }
  return recent_.front();
}

absl::StatusOr<ExecutableCache::Pointer> ExecutableCache::Get(const std::string& key,
                                                              const Compile& compile) {
  const std::shared_ptr<Entry> entry = Find(key);
  const MutexLock lock(&entry->mu);
  if (entry->executable == nullptr) {
    ASSIGN_OR_RETURN(entry->executable, compile());
  }
  return entry->executable;
}

absl::StatusOr<ExecutableCache::Pointer> ExecutableCache::Get(Device& device,
                                                              const ir::Graph& graph,
                                                              const CompileOptions& options) {
  std::string key = fmt::format("{} {}", device.platform(), options.num_threads);
  for (const auto& [input, output] : options.donations) {
    key += fmt::format(" {}>{}", input, output);
  }
  for (const int32_t input : options.constant_inputs) key += fmt::format(" ={}", input);
  key += '\n';
  key += ir::ToText(graph);
  return Get(key, [&] { return device.Compile(graph, options); });
}

size_t ExecutableCache::size() const {
  const MutexLock lock(&mu_);
  return recent_.size();
}

}  // namespace tricorn::backend
