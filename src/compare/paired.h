// Two targets in turns: blocks of load on A and on B, compared pair by pair.
//
// A machine or a network that drifts touches both blocks of a pair nearly alike, so that their
// difference knows more than two runs one after the other. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "compare/difference.h"
#include "compare/sample.h"

namespace loadline::compare {

/// Two neighbouring blocks, one of each target.
struct BlockPair {
  Batch a;
  Batch b;
  bool b_first = false;  ///< Which came first.
};

/// A comparison needs at least so many pairs: two of each order.
inline constexpr int kFewestPairs = 4;

/// Which target comes first in each of `pairs` pairs; true: B. As many of one order as of the other
/// (of an odd number one more, which is drawn), shuffled. Balance, because what a steady drift adds
/// to second blocks then cancels; a full shuffle, because a periodic disturbance would hide in any
/// pattern: with one AB and one BA in every two pairs a period of two pairs called 23 of 300 equal
/// services different, 95 % notwithstanding.
[[nodiscard]] std::vector<bool> BlockOrder(int pairs, std::uint64_t seed);

/// All figures of the pairs, each with an interval at the confidence that keeps the whole family's
/// (Bonferroni). At least kFewestPairs pairs, of both orders.
///
/// The unit of observation is the pair: ln of B's figure minus ln of A's (of errors: the
/// difference), a two-period cross-over. The change is the mean over both orders of the orders'
/// means, which cancels what the second block of every pair has of a drift; the spread is taken
/// within orders, with n − 2 degrees of freedom. Nothing is assumed of requests within a block, so
/// clusters of late ones cost no correction. Source: B. Jones, M. G. Kenward, "Design and Analysis
/// of Cross-Over Trials", 3rd edition 2014, chapter 2.
///
/// Where a block's quantile lies among failures the pairs are counted by their sign: W. J. Dixon,
/// A. M. Mood, "The Statistical Sign Test", JASA 41(236), 1946.
[[nodiscard]] std::vector<Compared> ComparePairs(std::span<const BlockPair> pairs,
                                                 const CompareOptions& options);

/// About how many pairs in all would decide what is not decided, if the changes are what they seem:
/// an interval narrows with the square root of the pairs. Nothing where all is decided, or where a
/// figure lies so near to what is tolerated that no number can be told.
[[nodiscard]] std::optional<int> PairsToDecide(std::span<const Compared> figures, int pairs,
                                               const CompareOptions& options);

}  // namespace loadline::compare
