// The program `loadline`: everything is in the module cli.
#if defined(LOADLINE_STATIC)
#include <openssl/crypto.h>
#endif

#include <string>
#include <vector>

#include "cli/program.h"

int main(int argc, char** argv) {
#if defined(LOADLINE_STATIC)
  // openssl.cnf belongs to the machine's own OpenSSL and may name modules to load, which a
  // program without a dynamic linker cannot.
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
#endif
  return loadline::cli::Main(std::vector<std::string>(argv + 1, argv + argc));
}
