// Text on its way into an HTML file: whatever a target or a user wrote stays text there.
//
// Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

namespace loadline::report {

/// `text` as the content of an element or of a quoted attribute: `<`, `>`, `&` and both quotes as
/// references; newlines stay; what else moves a cursor or turns the direction of text becomes a
/// blank, bytes that are not UTF-8 become `?` (Plain()).
[[nodiscard]] std::string Escaped(std::string_view text);

/// `text` as a JSON string, quotes included, that cannot end the `<script>` it stands in: no `<`,
/// `>` or `&` is left in it. Made plain like Escaped().
[[nodiscard]] std::string ScriptString(std::string_view text);

/// A coordinate for SVG: one decimal at most, `12.5`, `300`; never `-0`. Not finite: 0.
[[nodiscard]] std::string Coordinate(double value);

}  // namespace loadline::report
