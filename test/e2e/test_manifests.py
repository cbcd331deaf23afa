"""The manifests that sizing writes pass validation against Kubernetes' own schema.

The files in data/manifests are what src/sizing/manifests_test.cc compares the code with, byte for
byte. A patch is validated as what it makes of a Deployment.
"""
import copy
import json
import pathlib
import unittest

import jsonschema
import yaml

DATA = pathlib.Path(__file__).parent / "data"
SCHEMA = json.loads((DATA / "kubernetes-1.37-schema.json").read_text())
KINDS = {("apps/v1", "Deployment"): "io.k8s.api.apps.v1.Deployment",
         ("autoscaling/v2", "HorizontalPodAutoscaler"):
             "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler",
         ("policy/v1", "PodDisruptionBudget"): "io.k8s.api.policy.v1.PodDisruptionBudget"}
VALIDATORS = {name: jsonschema.Draft7Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})
              for name in KINDS.values()}


def validate(manifest):
    """Raises jsonschema.ValidationError, or KeyError for a kind that is none of ours."""
    VALIDATORS[KINDS[manifest["apiVersion"], manifest["kind"]]].validate(manifest)


def base_for(patch):
    """A least Deployment for the patch to change, with its labels and its container."""
    spec = patch["spec"]["template"]["spec"]
    labels = spec["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"]
    return {"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": patch["metadata"]["name"]},
            "spec": {"selector": {"matchLabels": labels},
                     "template": {"metadata": {"labels": labels},
                                  "spec": {"containers": [
                                      {"name": spec["containers"][0]["name"],
                                       "image": "registry.example/model:1"}]}}}}


def merged(base, patch):
    """A strategic merge as far as these patches need one: containers go by their names."""
    if isinstance(base, dict) and isinstance(patch, dict):
        result = dict(base)
        for key, value in patch.items():
            result[key] = merged(base[key], value) if key in base else value
        return result
    if isinstance(base, list) and base and isinstance(base[0], dict) and "name" in base[0]:
        by_name = {each["name"]: each for each in base}
        for each in patch:
            by_name[each["name"]] = merged(by_name.get(each["name"], {}), each)
        return list(by_name.values())
    return patch


def manifests():
    for file in sorted((DATA / "manifests").glob("*.yaml")):
        manifest = yaml.safe_load(file.read_text())
        yield file.name, merged(base_for(manifest), manifest) if "patch" in file.name else manifest


class Manifests(unittest.TestCase):
    def test_each_is_valid(self):
        kinds = set()
        for name, manifest in manifests():
            with self.subTest(name):
                validate(manifest)
                kinds.add(manifest["kind"])
        self.assertEqual(kinds, {kind for _, kind in KINDS})

    def test_a_wrong_field_is_found_in_each_place(self):
        def wrong(path, value):
            def change(manifest):
                place = manifest
                for step in path[:-1]:
                    place = place[step]
                place[path[-1]] = value
            return change
        pod = ["spec", "template", "spec"]
        changes = {
            "Deployment": [wrong(pod + ["topologySpreadConstraint"], []),
                           wrong(pod + ["topologySpreadConstraints", 0, "maxSkew"], "1"),
                           wrong(pod + ["containers", 0, "resources", "request"], {}),
                           wrong(pod + ["containers", 0, "resources", "requests"], [1])],
            "HorizontalPodAutoscaler": [wrong(["spec", "maxReplicas"], "12"),
                                        wrong(["spec", "metrics", 0, "resource", "target",
                                               "averageUtilisation"], 70)],
            "PodDisruptionBudget": [wrong(["spec", "selector", "matchLabel"], {}),
                                    wrong(["spec", "maxUnavailable"], [])]}
        tried = 0
        for name, manifest in manifests():
            for change in changes[manifest["kind"]]:
                broken = copy.deepcopy(manifest)
                change(broken)
                with self.subTest(name), self.assertRaises(jsonschema.ValidationError):
                    validate(broken)
                tried += 1
        self.assertEqual(tried, 16)

    def test_selectors_of_all_three_agree(self):
        by_name = dict(manifests())
        for prefix in ("plain-", "full-"):
            deployment = by_name[prefix + "deployment-patch.yaml"]
            autoscaler = by_name[prefix + "hpa.yaml"]
            budget = by_name[prefix + "pdb.yaml"]
            self.assertEqual(autoscaler["spec"]["scaleTargetRef"]["name"],
                             deployment["metadata"]["name"])
            self.assertEqual(budget["spec"]["selector"], deployment["spec"]["selector"])


if __name__ == "__main__":
    unittest.main()
