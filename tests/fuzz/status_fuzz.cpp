// Any bytes as an answer of PID 1: refused, or understood so that it can be said again.
#include "control/status.hpp"
#include "fuzz.hpp"

using namespace pintle;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto status = control::decode(fuzz::text(data, size));
  if (!status) return 0;
  const std::string once = control::encode(*status);
  const auto again = control::decode(once);
  fuzz::require(bool(again), "what was understood can be said");
  fuzz::require(control::encode(*again) == once, "it says the same");
  return 0;
}
