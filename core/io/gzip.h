#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "absl/status/status.h"

namespace tricorn {

// Whether `bytes` begin as a gzip file does.
bool IsGzip(std::string_view bytes);

// Decompresses a gzip file (of one or more members) piece by piece; checksums are compared.
// `compressed` stays alive as long as the stream does.
class GunzipStream {
 public:
  // Deflate's limit: no stream makes more than this many bytes of one.
  static constexpr size_t kMaxRatio = 1032;

  explicit GunzipStream(std::string_view compressed);
  ~GunzipStream();
  GunzipStream(const GunzipStream&) = delete;
  GunzipStream& operator=(const GunzipStream&) = delete;

  // Fills `out`. Errors: DataLoss if the data is damaged or ends before.
  absl::Status Read(char* out, size_t nbytes);
  // Reads to the end. Errors: DataLoss if the data is damaged or anything is left.
  absl::Status ExpectEnd();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tricorn
