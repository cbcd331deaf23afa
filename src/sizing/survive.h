// Survive: which loss the pods must outlive, how many go with it, and how many must run before it.
//
// Pure arithmetic, safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace loadline::sizing {

/// What the pods must outlive.
enum class Survive { kNone, kNode, kZone };

/// `none`, `node`, `zone`.
[[nodiscard]] std::string_view SurviveName(Survive survive);
[[nodiscard]] std::optional<Survive> ParseSurvive(std::string_view name);

/// The fewest pods to run so that `left` >= 1 remain when the fullest of `zones` >= 2 goes, where
/// they are spread with a skew of one at most: left + ⌈left / (zones − 1)⌉.
///
/// The fullest zone holds ⌈pods / zones⌉. Of the others each may hold no more than that, so it
/// takes ⌈left / (zones − 1)⌉ with it at least; and with that many on top of `left` it takes no
/// more.
[[nodiscard]] std::int64_t PodsOverZones(std::int64_t left, int zones);

/// A loss, and how many pods it takes.
struct Loss {
  Survive survive = Survive::kNone;
  int zones = 1;                    ///< kZone: >= 2, the pods spread over them.
  std::int64_t pods_on_a_node = 0;  ///< kNode: of the fullest.

  /// Pods that are left of `pods` >= 0 after it; never negative.
  [[nodiscard]] std::int64_t LeftOf(std::int64_t pods) const;
  /// The fewest pods of which `left` >= 1 are left.
  [[nodiscard]] std::int64_t PodsFor(std::int64_t left) const;
};

}  // namespace loadline::sizing
