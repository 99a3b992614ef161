// Changes values of a model's config.json, and joins two of them.

#include <algorithm>
#include <cstdint>
#include <string>

#include "tests/fuzz/json_mutation.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

std::string_view Text(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed) {
  using namespace tricorn::fuzz;
  Generator random(seed);
  const std::string text = MutatedText(Text(data, size), Text(data, size), max_size, random);
  if (text.empty() || random() % 32 == 0) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(text.begin(), text.end(), data);
  return text.size();
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* data1, size_t size1,
                                            const uint8_t* data2, size_t size2, uint8_t* out,
                                            size_t max_out_size, unsigned int seed) {
  using namespace tricorn::fuzz;
  Generator random(seed);
  const std::string text =
      MutatedText(Text(data1, size1), Text(data2, size2), max_out_size, random);
  std::copy(text.begin(), text.end(), out);
  return text.size();
}
