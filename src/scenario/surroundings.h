// Surroundings: the world outside a scenario, as functions: environment variables, files, what lies
// behind a URL.
//
// Injected, so that everything that reads a scenario is pure and tests need neither files nor
// variables. The functions must be safe from the thread that calls.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace loadline::scenario {

/// A file behind a URL.
struct RemoteFile {
  std::string url;
  std::string sha256;   ///< As wanted, 64 hexadecimal digits in lower case; empty: not known yet.
  std::string ca_file;  ///< PEM; empty: the system's.
};

struct Fetched {
  std::string content;
  std::string sha256;     ///< Of `content`.
  bool from_afar = true;  ///< false: it lay in a cache.
  std::string note;       ///< What else the user should know; empty: nothing.
};

struct Target;

/// An input of a model, as its server describes it.
struct ModelInput {
  std::string name;
  std::string datatype;             ///< `FP32`; TensorFlow's `DT_FLOAT`.
  std::vector<std::int64_t> shape;  ///< -1: any size.
};

struct ModelAnswer {
  std::string shape;  ///< `kserve-v2` or `tfserving`.
  std::vector<ModelInput> inputs;
  std::string body;  ///< A request of one row of zeros that fits.
};

struct Surroundings {
  /// The value of an environment variable; nothing if it is not set.
  std::function<std::optional<std::string>(const std::string& name)> variable;
  /// The whole content of a file. kNotFound or kIo with a message that names the path.
  std::function<Result<std::string>(const std::string& path)> read_file;
  /// What lies behind a URL; https, or http on the loopback. The message of an error names the URL
  /// without its query. Empty: there is nobody who fetches.
  std::function<Result<Fetched>(const RemoteFile& file)> fetch{};
  /// Asks a model server, at `url`, for the metadata of a model, with the target's credentials and
  /// trust. kUnavailable: nobody answers. Empty: nobody asks.
  std::function<Result<ModelAnswer>(const Target& target, const std::string& url)> ask_model{};
};

/// The process's environment and the file system, without anybody who fetches. Files beyond 1 GiB
/// are refused.
[[nodiscard]] Surroundings SystemSurroundings();

}  // namespace loadline::scenario
