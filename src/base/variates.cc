#include "base/variates.h"

#include <cstddef>

#include "base/check.h"

namespace loadline {
namespace {

// Inlined, so that the compiler makes vector instructions of it as its caller may use them.
[[gnu::always_inline]] inline void OneByOne(std::span<const std::uint64_t> bits,
                                            std::span<double> out) {
  for (std::size_t i = 0; i < bits.size(); ++i) {
    out[i] = UnitExponential(bits[i]);
  }
}

#ifdef __x86_64__
[[gnu::target("avx2")]] void InFours(std::span<const std::uint64_t> bits, std::span<double> out) {
  OneByOne(bits, out);
}
#endif

}  // namespace

void UnitExponentials(std::span<const std::uint64_t> bits, std::span<double> out) {
  CHECK(bits.size() <= out.size());
#ifdef __x86_64__
  static const bool kInFours = __builtin_cpu_supports("avx2") != 0;
  if (kInFours) {
    InFours(bits, out);
    return;
  }
#endif
  OneByOne(bits, out);
}

}  // namespace loadline
