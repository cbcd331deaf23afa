// Secrecy: what in a request found elsewhere must not come to stand in a scenario.
//
// Pure functions; safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "convert/found.h"

namespace loadline::convert {

/// A value that was found and goes into a variable of the environment instead.
struct TakenSecret {
  enum class Kind { kBearer, kBasic, kHeader } kind = Kind::kHeader;
  std::string header;    ///< kHeader: the field's name.
  std::string variable;  ///< `BEARER_TOKEN`; or the one that the command named itself.
  std::string meaning;   ///< `the token behind Bearer`: what to export. Never the value.

  friend bool operator==(const TakenSecret&, const TakenSecret&) = default;
};

/// Removes credentials, keys, cookies and tokens from the headers, and gives what took their place.
/// A header that is one variable and nothing else is taken too: it is read as late as a secret.
[[nodiscard]] std::vector<TakenSecret> TakeSecretHeaders(Request& request);

/// What stands where a secret was that no variable can replace.
inline constexpr std::string_view kReplaceMe = "REPLACE-ME";

/// Replaces the values of parameters such as `api_key` in the URL's query and of members such as
/// `password` in a JSON or form body by kReplaceMe. Gives the names replaced.
[[nodiscard]] std::vector<std::string> BlankSecretValues(Request& request);

/// True for a header, parameter or member whose name says that it holds a secret.
[[nodiscard]] bool NamesSecret(std::string_view name);

}  // namespace loadline::convert
