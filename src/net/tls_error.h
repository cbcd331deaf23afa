// OpenSSL's queue of errors as text.
//
// The queue is per thread; these are called right after a call that failed.
#pragma once

#include <string>

namespace loadline::net {

/// Takes the oldest error (the cause; later ones are its consequences) and empties the queue.
/// 0 if there is none.
unsigned long TakeTlsError();

/// OpenSSL's reason for a packed error code: `certificate verify failed`; `unknown reason` if it
/// has none.
[[nodiscard]] std::string TlsErrorText(unsigned long code);

/// Why a certificate was refused (X509_V_ERR_*): `hostname mismatch`.
[[nodiscard]] std::string VerifyErrorText(int verify_error);

}  // namespace loadline::net
