// The tables of the store, version by version. docs/store.md explains them to who writes SQL.
#pragma once

#include <span>

namespace loadline::store {

/// Marks our files in their header (PRAGMA application_id): "LDLN".
inline constexpr int kApplicationId = 0x4C444C4E;

/// Migrations()[v] turns a database of version v into one of version v + 1 (PRAGMA user_version).
/// Published entries never change.
[[nodiscard]] std::span<const char* const> Migrations();

/// A file of this version or a later one can be read as it is, without being brought up to date.
inline constexpr int kOldestReadable = 2;
/// The first version that keeps sizings.
inline constexpr int kFirstWithSizings = 3;

/// Attempts of a run have ids from `run << kAttemptIdBits` on, in the order in which they were
/// stored, so that a run's attempts are found, counted and removed without an index.
inline constexpr int kAttemptIdBits = 40;

}  // namespace loadline::store
