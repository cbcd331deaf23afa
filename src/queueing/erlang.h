// Erlang's formulae: how often all servers are busy.
//
// Pure arithmetic, safe from any thread; the cost is proportional to the number of servers.
// Arguments outside their ranges are bugs and abort. Source: A. K. Erlang, "Solution of some
// Problems in the Theory of Probabilities of Significance in Automatic Telephone Exchanges", Post
// Office Electrical Engineers' Journal 10, 1917; the recursion over servers (all terms positive, no
// factorials): R. Cooper, "Introduction to Queueing Theory", 2nd edition 1981, section 3.3.
#pragma once

namespace loadline::queueing {

/// Probability that a request finds all of `servers` >= 0 busy and is lost (M/G/c/c).
/// `offered` = arrival rate · mean service time >= 0 [Erlang].
[[nodiscard]] double ErlangB(int servers, double offered);

/// Probability that a request finds all of `servers` >= 1 busy and waits (M/M/c, endless queue); 1
/// where `offered` >= servers, because then the queue grows for ever.
[[nodiscard]] double ErlangC(int servers, double offered);

}  // namespace loadline::queueing
