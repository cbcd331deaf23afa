#include "queueing/erlang.h"

#include "base/check.h"

namespace loadline::queueing {

double ErlangB(int servers, double offered) {
  CHECK(servers >= 0 && offered >= 0);
  double blocked = 1;
  for (int k = 1; k <= servers; ++k) {
    blocked = offered * blocked / (k + offered * blocked);
  }
  return blocked;
}

double ErlangC(int servers, double offered) {
  CHECK(servers >= 1 && offered >= 0);
  if (offered >= servers) {
    return 1;
  }
  const double blocked = ErlangB(servers, offered);
  return blocked / (1 - offered / servers * (1 - blocked));
}

}  // namespace loadline::queueing
