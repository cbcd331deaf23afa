#include "net/tls_error.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

namespace loadline::net {

unsigned long TakeTlsError() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  return code;
}

std::string TlsErrorText(unsigned long code) {
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "unknown reason";
}

std::string VerifyErrorText(int verify_error) {
  return X509_verify_cert_error_string(verify_error);
}

}  // namespace loadline::net
