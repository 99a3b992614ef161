// Changes one member of an archive: a value of its JSON, or bytes of its weights.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/io/memory_file.h"
#include "core/io/zip/zip.h"
#include "tests/fuzz/json_mutation.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace tricorn::fuzz {
namespace {

constexpr size_t kLargestGrowth = 4096;  // bytes of a member

std::string MutatedBytes(std::string bytes) {
  const size_t size = bytes.size();
  bytes.resize(size + kLargestGrowth);
  bytes.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(bytes.data()), size, bytes.size()));
  return bytes;
}

// Empty when `bytes` are no archive.
std::string MutatedArchive(std::string_view bytes, Generator& random) {
  const auto zip = ZipReader::Open(MemoryFile::Borrow(bytes));
  if (!zip.ok() || (*zip)->members().empty()) return "";
  const std::vector<ZipMember>& members = (*zip)->members();
  std::vector<std::string> contents;
  for (const ZipMember& member : members) {
    auto content = (*zip)->Read(member.name);
    if (!content.ok()) return "";
    contents.push_back(*std::move(content));
  }
  std::string& content = contents[random() % contents.size()];
  std::string text = MutatedText(content, content, content.size() + kLargestGrowth, random);
  content = text.empty() || random() % 32 == 0 ? MutatedBytes(content) : std::move(text);
  std::vector<ZipEntry> entries;
  for (size_t i = 0; i < members.size(); ++i) entries.push_back({members[i].name, contents[i]});
  return WriteZip(entries).value_or("");
}

}  // namespace
}  // namespace tricorn::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed) {
  using namespace tricorn::fuzz;
  Generator random(seed);
  const std::string bytes = MutatedArchive({reinterpret_cast<const char*>(data), size}, random);
  if (bytes.empty() || bytes.size() > max_size || random() % 32 == 0) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  std::copy(bytes.begin(), bytes.end(), data);
  return bytes.size();
}
