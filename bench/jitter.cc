// What the machine does to any program: gaps between readings of the clock in a tight loop.
//
//   jitter SECONDS
//
// Prints how many gaps above 50 µs there were per second, how much of the time was lost in them in
// percent, and the longest in ms.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace {

std::int64_t NowNs() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 5.0;
  const std::int64_t start = NowNs();
  const std::int64_t end = start + static_cast<std::int64_t>(seconds * 1e9);
  std::int64_t last = start;
  std::int64_t longest = 0;
  std::int64_t lost = 0;
  long gaps = 0;
  while (last < end) {
    const std::int64_t now = NowNs();
    const std::int64_t gap = now - last;
    if (gap > 50'000) {
      ++gaps;
      lost += gap;
    }
    longest = gap > longest ? gap : longest;
    last = now;
  }
  std::printf("%.0f %.3f %.3f\n", static_cast<double>(gaps) / seconds,
              100.0 * static_cast<double>(lost) / (seconds * 1e9),
              static_cast<double>(longest) * 1e-6);
  return 0;
}
