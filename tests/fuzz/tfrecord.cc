// TFRecord files. After a first byte of 0 the input is a file; otherwise it is one record, to which
// the target gives the checksums that no mutation would find.

#include "core/data/formats/tfrecord.h"
#include "core/data/formats/tfrecord_reader.h"
#include "core/io/crc32c.h"

namespace {

void AppendWithChecksum(std::string_view part, std::string& out) {
  const uint32_t checksum = tricorn::MaskedCrc32c(part);
  out += part;
  out.append(reinterpret_cast<const char*>(&checksum), sizeof checksum);
}

std::string Framed(std::string_view record) {
  const uint64_t length = record.size();
  std::string out;
  AppendWithChecksum({reinterpret_cast<const char*>(&length), sizeof length}, out);
  AppendWithChecksum(record, out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tricorn;
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string file = data[0] == 0 ? std::string(rest) : Framed(rest);
  TfRecordOptions options;
  if (data[0] & 2) options.columns = {{.name = "x", .shape = {2, 2}, .dtype = "uint8"}};
  (void)ParseTfRecords(file, options);
  return 0;
}
