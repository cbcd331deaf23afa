#include "sizing/manifests.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string_view>

namespace loadline::sizing {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

Error Wrong(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

bool IsLowerOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// RFC 1123 as Kubernetes takes it: lower case, digits and `-` (names of objects also `.`).
bool IsName(std::string_view text, bool dots, std::size_t longest) {
  return !text.empty() && text.size() <= longest && IsLowerOrDigit(text.front()) &&
         IsLowerOrDigit(text.back()) && std::ranges::all_of(text, [&](char c) {
           return IsLowerOrDigit(c) || c == '-' || (dots && c == '.');
         });
}

bool IsLabelPart(std::string_view text) {
  const auto alnum = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  return text.size() <= 63 && (text.empty() || (alnum(text.front()) && alnum(text.back()))) &&
         std::ranges::all_of(text,
                             [&](char c) { return alnum(c) || c == '-' || c == '_' || c == '.'; });
}

bool IsLabelKey(std::string_view key) {
  const std::size_t slash = key.find('/');
  if (slash == std::string_view::npos) {
    return !key.empty() && IsLabelPart(key);
  }
  return IsName(key.substr(0, slash), true, 253) && slash + 1 < key.size() &&
         IsLabelPart(key.substr(slash + 1));
}

Status Check(const ManifestRequest& request) {
  if (!IsName(request.deployment, true, 253)) {
    return Wrong(
        fmt::format("deployment \"{}\": lower-case letters, digits, - and . only, with a "
                    "letter or digit at both ends",
                    request.deployment));
  }
  if (!request.name_space.empty() && !IsName(request.name_space, false, 63)) {
    return Wrong(fmt::format("namespace \"{}\": lower-case letters, digits and - only, at most 63",
                             request.name_space));
  }
  if (!request.container.empty() && !IsName(request.container, false, 63)) {
    return Wrong(fmt::format("container \"{}\": lower-case letters, digits and - only, at most 63",
                             request.container));
  }
  if (request.container.empty() && !IsName(request.deployment, false, 63)) {
    return Wrong(fmt::format("deployment \"{}\" is no name for a container: name the container",
                             request.deployment));
  }
  for (const auto& [key, value] : request.labels) {
    if (!IsLabelKey(key) || !IsLabelPart(value)) {
      return Wrong(
          fmt::format("label \"{}={}\": letters, digits, - _ . only, at most 63, the key "
                      "with a domain and / before it if need be",
                      key, value));
    }
  }
  if (request.min_pods < 1 || request.max_pods < request.min_pods) {
    return Wrong(fmt::format("{} to {} pods: at least one, and not more at least than at most",
                             request.min_pods, request.max_pods));
  }
  if (!(request.target_utilisation > 0 && request.target_utilisation <= 1) ||
      request.spare_pods < 1 || request.surge.pods < 0 ||
      (request.surge.pods == 0 && !(request.surge.share > 0 && request.surge.share <= 1))) {
    return Wrong(
        fmt::format("target utilisation {}, {} spare pods, surge {}: a target and a surge in "
                    "(0, 1], and one spare pod at least",
                    request.target_utilisation, request.spare_pods, request.surge.share));
  }
  return {};
}

// Labels are quoted: `true` or `1.0` would else be no strings.
std::string Labels(const ManifestRequest& request, int indent) {
  std::string text;
  const auto add = [&](std::string_view key, std::string_view value) {
    text += fmt::format("{:{}}{}: \"{}\"\n", "", indent, key, value);
  };
  if (request.labels.empty()) {
    add("app", request.deployment);
  }
  for (const auto& [key, value] : request.labels) {
    add(key, value);
  }
  return text;
}

std::string Comment(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    if (end > 0) {
      lines += fmt::format("# {}\n", text.substr(0, end));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string Head(const ManifestRequest& request, std::string_view api, std::string_view kind,
                 std::string_view why_this = {}) {
  std::string text = Comment(request.why) + Comment(why_this);
  text += fmt::format("apiVersion: {}\nkind: {}\nmetadata:\n  name: \"{}\"\n", api, kind,
                      request.deployment);
  if (!request.name_space.empty()) {
    text += fmt::format("  namespace: \"{}\"\n", request.name_space);
  }
  return text;
}

std::string Cpu(std::int64_t millicores) {
  return fmt::format("{}m", millicores);
}

std::string Memory(Bytes bytes) {
  return fmt::format("{}Mi", (bytes.count + kMiB - 1) / kMiB);
}

std::string ResourceLines(const ManifestRequest& request) {
  std::string shared;  // What is requested and limited alike.
  if (request.pod.memory.count > 0) {
    shared += fmt::format("              memory: {}\n", Memory(request.pod.memory));
  }
  for (const catalog::ExtendedResource& each : request.pod.extended) {
    shared += fmt::format("              {}: \"{}\"\n", each.name, each.count);
  }
  std::string text = "          resources:\n            requests:\n";
  if (request.pod.millicores > 0) {
    text += fmt::format("              cpu: {}\n", Cpu(request.pod.millicores));
  }
  text += shared;
  if (request.cpu_limit_millicores > 0 || !shared.empty()) {
    text += "            limits:\n";
  }
  if (request.cpu_limit_millicores > 0) {
    text += fmt::format("              cpu: {}\n", Cpu(request.cpu_limit_millicores));
  }
  return text + shared;
}

std::string SpreadConstraint(const ManifestRequest& request, std::string_view key,
                             std::string_view otherwise) {
  return fmt::format(
      "        - maxSkew: 1\n"
      "          topologyKey: {}\n"
      "          whenUnsatisfiable: {}\n"
      "          labelSelector:\n"
      "            matchLabels:\n"
      "{}"
      "          matchLabelKeys: [pod-template-hash]\n",
      key, otherwise, Labels(request, 14));
}

std::string Patch(const ManifestRequest& request) {
  std::string text = Head(request, "apps/v1", "Deployment");
  text += "spec:\n";
  if (request.fixed) {
    text += fmt::format("  replicas: {}\n", request.max_pods);
  }
  text += fmt::format(
      "  strategy:\n"
      "    type: RollingUpdate\n"
      "    rollingUpdate:\n"
      "      maxSurge: {}\n"
      "      maxUnavailable: 0\n"
      "  template:\n"
      "    spec:\n"
      "      topologySpreadConstraints:\n",
      request.surge.pods > 0 ? std::to_string(request.surge.pods)
                             : fmt::format("{:.0f}%", std::ceil(100 * request.surge.share - 1e-9)));
  if (request.spread_zones) {
    text += SpreadConstraint(request, "topology.kubernetes.io/zone", "DoNotSchedule");
  }
  text += SpreadConstraint(request, "kubernetes.io/hostname", "ScheduleAnyway");
  if (request.one_per_node) {
    text += fmt::format(
        "      affinity:\n"
        "        podAntiAffinity:\n"
        "          requiredDuringSchedulingIgnoredDuringExecution:\n"
        "            - topologyKey: kubernetes.io/hostname\n"
        "              labelSelector:\n"
        "                matchLabels:\n"
        "{}",
        Labels(request, 18));
  }
  text += fmt::format("      containers:\n        - name: \"{}\"\n{}",
                      request.container.empty() ? request.deployment : request.container,
                      ResourceLines(request));
  return text;
}

std::string Autoscaler(const ManifestRequest& request) {
  return Head(request, "autoscaling/v2", "HorizontalPodAutoscaler", request.why_bounds) +
         fmt::format(
             "spec:\n"
             "  scaleTargetRef:\n"
             "    apiVersion: apps/v1\n"
             "    kind: Deployment\n"
             "    name: \"{}\"\n"
             "  minReplicas: {}\n"
             "  maxReplicas: {}\n"
             "  metrics:\n"
             "    - type: Resource\n"
             "      resource:\n"
             "        name: cpu\n"
             "        target:\n"
             "          type: Utilization\n"
             "          averageUtilization: {:.0f}\n"
             "  behavior:\n"
             "    scaleDown:\n"
             "      stabilizationWindowSeconds: 300\n",
             request.deployment, request.min_pods, request.max_pods,
             std::max(1.0, std::floor(100 * request.target_utilisation + 1e-9)));
}

std::string Budget(const ManifestRequest& request) {
  return Head(request, "policy/v1", "PodDisruptionBudget", request.why_spare) +
         fmt::format(
             "spec:\n"
             "  maxUnavailable: {}\n"
             "  selector:\n"
             "    matchLabels:\n"
             "{}",
             request.spare_pods, Labels(request, 6));
}

}  // namespace

Result<std::vector<Manifest>> ManifestsOf(const ManifestRequest& request) {
  TRY(Check(request));
  std::vector<Manifest> manifests{{.file = "deployment-patch.yaml", .yaml = Patch(request)}};
  if (request.pod.millicores > 0 && !request.fixed) {
    manifests.push_back({.file = "hpa.yaml", .yaml = Autoscaler(request)});
  }
  manifests.push_back({.file = "pdb.yaml", .yaml = Budget(request)});
  return manifests;
}

}  // namespace loadline::sizing
