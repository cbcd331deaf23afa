// What is said before the first request that loads the target.
#include <fmt/core.h>

#include <string>

#include "base/units_text.h"
#include "report/table.h"
#include "report/text.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

/// A bracket wider than by this factor is not worth a promise.
constexpr double kWidestBracket = 2.0;

/// `target`, or of one of several `target A`.
std::string NameOf(std::string_view label, std::string_view target) {
  return target.empty() ? std::string(label) : fmt::format("{} {}", label, target);
}

}  // namespace

std::string TargetText(const TargetFacts& target, const Style& style) {
  std::string text = fmt::format("{} {}", Plain(target.method), Plain(target.url));
  std::string addresses;
  for (const std::string& address : target.addresses) {
    addresses += (addresses.empty() ? " -> " : ", ") + Plain(address);
  }
  text += addresses;
  std::string facts;
  const auto add = [&](const std::string& fact) { facts += (facts.empty() ? "" : ", ") + fact; };
  if (!target.tls.empty()) {
    add(Plain(target.tls));
  }
  if (target.connect > Duration::zero()) {
    add(fmt::format("connect {}", FormatDuration(target.connect)));
  }
  if (target.insecure) {
    add(Paint(style, Tone::kDoubt, "certificate NOT verified"));
  }
  text += facts.empty() ? std::string() : fmt::format(" ({})", facts);
  return Spelled(style, Labelled(style, NameOf("target", target.name), kHeadLabel, text));
}

std::string ReplyText(std::span<const ReplyFacts> replies, const Style& style,
                      std::string_view target) {
  std::string text;
  bool first = true;
  for (const ReplyFacts& reply : replies) {
    std::string line = replies.size() > 1 ? fmt::format("{}: ", Plain(reply.task)) : std::string();
    if (reply.answered) {
      line += fmt::format("{} in {}, {}", reply.status, FormatDuration(reply.wire),
                          FormatBytes(Bytes{reply.body_bytes}));
      line += reply.content_type.empty() ? std::string()
                                         : fmt::format(" {}", Plain(reply.content_type));
      line += reply.body.empty() ? std::string() : fmt::format(": {}", Plain(reply.body));
    } else {
      line += "none";
    }
    // One line each: a body is shown as far as it fits.
    text += Pad(first ? NameOf("reply", target) : "", kHeadLabel, Align::kLeft) +
            Shorten(line, std::max(20, style.width - kHeadLabel)) + "\n";
    first = false;
    if (!reply.error.empty()) {
      text += Labelled(style, "", kHeadLabel, Paint(style, Tone::kBad, Plain(reply.error)));
    }
  }
  return Spelled(style, text);
}

std::string PlanText(const PlanFacts& plan, const Style& style) {
  if (plan.expected_width.has_value()) {
    const std::string time = plan.time.has_value() ? RoughText(*plan.time) : "it";
    std::string text = *plan.expected_width <= kWidestBracket
                           ? fmt::format("{} should give a bracket about {} wide", time,
                                         RoughPercent(*plan.expected_width))
                           : fmt::format("{} may be too short for a bracket", time);
    if (plan.precision.has_value() && plan.precision_cost.has_value() &&
        *plan.precision < *plan.expected_width) {
      text += fmt::format("; {} needs about {}", RoughPercent(*plan.precision),
                          RoughText(*plan.precision_cost));
    }
    return Spelled(style, Labelled(style, "budget", kHeadLabel, text));
  }
  std::string text = plan.load;
  if (text.empty()) {
    text = plan.axis == measure::SearchAxis::kRate
               ? fmt::format("up to {}", FormatRate(Rate{plan.max}))
               : fmt::format("up to {} users", LevelText(plan.axis, plan.max));
  }
  text += plan.time.has_value() ? fmt::format(" for {}", RoughText(*plan.time)) : std::string();
  if (plan.requests > 0) {
    text += fmt::format("{} {} {}", plan.time.has_value() ? " or" : " for",
                        FormatCount(plan.requests), plan.requests == 1 ? "request" : "requests");
  }
  text += plan.payload.empty() ? std::string() : fmt::format("; sends {}", Plain(plan.payload));
  text += plan.brake ? "; stops a probe at >50 % errors for 2 s, or 2 s without a reply"
                     : "; no brake: errors stop nothing";
  return Spelled(style, Labelled(style, "plan", kHeadLabel, text));
}

}  // namespace loadline::report
