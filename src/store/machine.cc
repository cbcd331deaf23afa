#include "store/machine.h"

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include <fmt/core.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/parallel.h"
#include "base/random.h"

namespace loadline::store {
namespace {

std::string CpuModel() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    // x86 says `model name`, some other architectures `Model` or `cpu model`.
    const bool named = line.starts_with("model name") || line.starts_with("Model\t") ||
                       line.starts_with("cpu model");
    const std::size_t colon = line.find(": ");
    if (named && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
  return {};
}

std::uint64_t Hash(std::string_view text, std::uint64_t state) {
  for (const char c : text) {
    state = Mix(state ^ static_cast<unsigned char>(c));
  }
  return state;
}

/// The machine's own id is 128 random bits and must not leave it as it is (machine-id(5)): half of
/// a hash of it tells two machines apart and leads back to nothing. Without it: the host's name.
std::string MachineId() {
  std::string identity;
  std::ifstream("/etc/machine-id") >> identity;
  if (identity.empty()) {
    utsname names{};
    identity = uname(&names) == 0 ? names.nodename : "";
  }
  return identity.empty() ? std::string() : fmt::format("{:016x}", Hash(identity, 0x10ad11eULL));
}

}  // namespace

Machine ThisMachine() {
  Machine machine;
  machine.cpu_model = CpuModel();
  machine.cores = UsableCpus();
  utsname names{};
  if (uname(&names) == 0) {
    machine.kernel = fmt::format("{} {}", names.sysname, names.release);
  }
  struct sysinfo info {};
  if (sysinfo(&info) == 0) {
    machine.memory = Bytes{static_cast<std::int64_t>(info.totalram) * info.mem_unit};
  }
  machine.id = MachineId();
  return machine;
}

}  // namespace loadline::store
