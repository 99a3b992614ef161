#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace tricorn {

// SHA-256 (FIPS 180-4) of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void Update(std::string_view data);
  // 64 lower-case hex digits; ends the computation.
  std::string HexDigest();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string Sha256Hex(std::string_view data);
// Whether `text` is 64 lower-case hex digits.
bool IsSha256Hex(std::string_view text);

}  // namespace tricorn
