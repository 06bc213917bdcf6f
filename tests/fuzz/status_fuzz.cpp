// Any bytes as an answer of PID 1: refused, or understood so that it can be said again.
#include "fuzz.hpp"
#include "init/status.hpp"

using namespace pintle;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto status = init::decode(fuzz::text(data, size));
  if (!status) return 0;
  const std::string once = init::encode(*status);
  const auto again = init::decode(once);
  fuzz::require(bool(again), "what was understood can be said");
  fuzz::require(init::encode(*again) == once, "it says the same");
  return 0;
}
