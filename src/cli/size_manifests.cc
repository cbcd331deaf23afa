#include "cli/size_manifests.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/plain_table.h"
#include "base/units_text.h"
#include "cli/file_output.h"
#include "fetch/sha256.h"
#include "sizing/manifests.h"

namespace loadline::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kFiles{"deployment-patch.yaml", "hpa.yaml", "pdb.yaml"};
constexpr std::string_view kMark = "# Written by loadline size; checksum ";
constexpr std::size_t kDigits = 16;  // Of the checksum: an edit, not an attack, is to be noticed.

Error Invalid(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

std::string Marked(const std::string& yaml) {
  return fmt::format("{}{}\n{}", kMark, fetch::Sha256(yaml).substr(0, kDigits), yaml);
}

/// Why `text` is nothing that may be replaced; empty: it may.
std::string_view WhyForeign(std::string_view text) {
  if (text.empty()) {
    return {};
  }
  if (!text.starts_with(kMark)) {
    return "exists and is not from loadline size";
  }
  const std::size_t end = std::min(text.find('\n'), text.size() - 1);
  const std::string_view digest = text.substr(kMark.size(), end - kMark.size());
  const std::string_view rest = text.substr(end + 1);
  return digest == std::string_view(fetch::Sha256(rest)).substr(0, kDigits)
             ? std::string_view()
             : "was changed after loadline size wrote it";
}

std::string PathOf(const ManifestsInput& input, std::string_view file) {
  return (fs::path(input.folder) / file).string();
}

/// As a shell takes it for one word.
std::string Quoted(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+:@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
    return word;
  }
  std::string quoted = "'";
  for (const char c : word) {
    quoted += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return quoted + "'";
}

std::string Promise(const report::SizeReport& report) {
  std::string text;
  for (const sizing::ObjectiveOutlook& each : report.answer.outlook.objectives) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", measure::Format(each.objective));
  }
  return fmt::format("{} at {}{}", text, FormatRate(report.rate),
                     report.survive == sizing::Survive::kNone
                         ? std::string()
                         : fmt::format(" with one {} lost", sizing::SurviveName(report.survive)));
}

std::string Why(const report::SizeReport& report) {
  return fmt::format("{} pods{}: {}\nservice time {}, {}; balancer {}", FormatCount(report.pods),
                     report.autoscaling ? " at the peak" : "", Promise(report),
                     FormatDuration(report.model.service_high), report.origin,
                     queueing::Name(report.model.pod.balance));
}

std::string WhyBounds(const report::Autoscaling& scaling) {
  const sizing::AutoscalerBounds& bounds = scaling.bounds;
  return fmt::format(
      "minReplicas: they keep the objectives at {}, {}\n"
      "maxReplicas: {:.4g} pods of work at {} / {}\n"
      "averageUtilization: {} pods, the weakest number, may be {} busy; / {:.3g} for the dead "
      "band\n"
      "  of {}, within which no pod is added. That a pod which is busy all the time uses the CPU\n"
      "  that it requests is assumed.",
      FormatRate(scaling.demand.lowest), scaling.lowest_from, bounds.peak_work,
      FormatRate(scaling.demand.peak), FormatPercent(bounds.target), FormatCount(bounds.weakest),
      FormatPercent(bounds.weakest_busy), (1 + scaling.demand.dead_band) * scaling.demand.margin,
      FormatPercent(scaling.demand.dead_band));
}

/// Pods that may be taken away at once without breaking the promise: those that the loss would
/// take.
std::int64_t SparePods(const report::SizeReport& report) {
  if (report.autoscaling) {
    const sizing::AutoscalerBounds& bounds = report.autoscaling->bounds;
    return bounds.min_pods - report.autoscaling->demand.loss.LeftOf(bounds.min_pods);
  }
  return report.pods - report.answer.outlook.pods;
}

sizing::ManifestRequest RequestFor(const SizeInput& input, const report::SizeReport& report) {
  sizing::ManifestRequest request;
  request.deployment = input.manifests.name;
  request.name_space = input.manifests.name_space;
  request.container = input.manifests.container;
  request.labels = input.manifests.labels;
  request.pod.millicores = std::llround(input.pod_cpu * 1000);
  // A limit below the peak would kill the pod when it comes.
  request.pod.memory = Bytes{
      std::llround(static_cast<double>(input.pod_memory.count) * (1 + input.nodes.memory_peak))};
  if (input.nodes.gpus > 0) {
    request.pod.extended.push_back({"nvidia.com/gpu", input.nodes.gpus});
  }
  request.one_per_node = input.nodes.one_per_node;
  request.cpu_limit_millicores = std::llround(input.cpu_limit * 1000);
  request.min_pods = request.max_pods = report.pods;
  request.fixed = !report.autoscaling;
  if (report.autoscaling) {
    request.min_pods = report.autoscaling->bounds.min_pods;
    request.target_utilisation = report.autoscaling->bounds.target;
    request.why_bounds = WhyBounds(*report.autoscaling);
  }
  const std::int64_t spare = SparePods(report);
  request.spare_pods = std::max<std::int64_t>(1, spare);
  request.why_spare =
      spare > 0
          ? fmt::format("maxUnavailable: as many as the loss of a {} takes of {} pods",
                        sizing::SurviveName(report.survive), FormatCount(request.min_pods))
          : std::string("maxUnavailable: nothing is spare, but without 1 no node could be drained");
  request.surge = input.nodes.surge;
  request.spread_zones = report.zones > 1;
  request.why = Why(report);
  return request;
}

void Tell(const ManifestsInput& input, const std::vector<sizing::Manifest>& manifests,
          const sizing::ManifestRequest& request, report::SizeReport& report) {
  const std::string name_space =
      input.name_space.empty() ? "" : fmt::format(" -n {}", input.name_space);
  std::string applied;
  for (const sizing::Manifest& each : manifests) {
    const std::string path = PathOf(input, each.file);
    if (each.file == kFiles[0]) {
      report.manifests.push_back(
          {path, fmt::format("patch of Deployment {}: resources, spread, rollout{}", input.name,
                             request.fixed ? ", replicas" : "")});
      report.commands.push_back(fmt::format("kubectl patch deployment {}{} --patch-file {}",
                                            input.name, name_space, Quoted(path)));
      continue;
    }
    report.manifests.push_back(
        {path,
         each.file == kFiles[1]
             ? fmt::format("HorizontalPodAutoscaler: {} to {} pods, target {:.0f} %",
                           request.min_pods, request.max_pods, 100 * request.target_utilisation)
             : fmt::format("PodDisruptionBudget: at most {} unavailable", request.spare_pods)});
    applied += " -f " + Quoted(path);
  }
  report.commands.push_back(fmt::format("kubectl apply{}{}", name_space, applied));
}

}  // namespace

Status CheckManifests(const ManifestsInput& input) {
  std::error_code code;
  if (fs::exists(input.folder, code) && !fs::is_directory(input.folder, code)) {
    return Invalid(
        fmt::format("--output: \"{}\" is no folder; expected one, or a new name", input.folder));
  }
  for (const std::string_view file : kFiles) {
    const std::string path = PathOf(input, file);
    if (!fs::exists(path, code)) {
      continue;
    }
    if (!fs::is_regular_file(path, code)) {
      return Invalid(fmt::format("--output: \"{}\" is no ordinary file; another folder", path));
    }
    const std::string text = TRY(ReadTextFile(path, "manifest"));
    const std::string_view why = WhyForeign(text);
    if (!why.empty() && !input.force) {
      return Invalid(
          fmt::format("--output: \"{}\" {}; another folder, or --force to replace it", path, why));
    }
  }
  return {};
}

Status WriteManifests(const SizeInput& input, report::SizeReport& report) {
  const sizing::ManifestRequest request = RequestFor(input, report);
  const Result<std::vector<sizing::Manifest>> manifests = sizing::ManifestsOf(request);
  if (!manifests) {
    return Error{manifests.error().code, "--output: " + manifests.error().message};
  }
  TRY(CheckManifests(input.manifests));
  std::error_code code;
  fs::create_directories(input.manifests.folder, code);
  if (code) {
    return Invalid(fmt::format("--output: cannot make the folder \"{}\": {}",
                               input.manifests.folder, code.message()));
  }
  for (const sizing::Manifest& each : *manifests) {
    TRY(CheckWritable(PathOf(input.manifests, each.file)));
  }
  for (const sizing::Manifest& each : *manifests) {
    TRY(WriteWhole(PathOf(input.manifests, each.file), Marked(each.yaml)));
  }
  Tell(input.manifests, *manifests, request, report);
  if (report.nodes && !report.autoscaling && report.survive == sizing::Survive::kNode) {
    const sizing::NodePlan& plan = report.nodes->plan;
    if (plan.most_pods_on_a_node < plan.groups.front().places.pods) {
      report.thin_ice.push_back(
          fmt::format("a node takes {} pods with it where they are spread evenly, which the patch "
                      "asks for and the scheduler may fail to keep",
                      plan.most_pods_on_a_node));
    }
  }
  // Of an earlier answer with an autoscaler: `kubectl apply -f FOLDER` would still take it.
  const std::string old = PathOf(input.manifests, kFiles[1]);
  if (request.fixed && fs::exists(old, code)) {
    report.thin_ice.push_back(
        fmt::format("{} is left from before and belongs to another answer: remove it", old));
  }
  return {};
}

}  // namespace loadline::cli
