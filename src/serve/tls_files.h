// The server's certificate and key: read from files, or made for practice. Internal to serve.
#pragma once

#include <string>

#include "base/result.h"

struct ssl_ctx_st;

namespace loadline::serve {

struct ServerOptions;

/// Loads certificate and key into `context`; without files a self-signed pair is made for the
/// address, `localhost` and the loopback addresses, and `made` becomes its certificate (PEM).
///
/// Errors: kNotFound for a file that cannot be opened, kInvalidArgument for one that does not parse
/// or a key that does not fit, with OpenSSL's reason.
[[nodiscard]] Status LoadCertificate(const ServerOptions& options, ssl_ctx_st* context,
                                     std::string& made);

}  // namespace loadline::serve
