#!/usr/bin/env python3
"""Checks deploy/kubernetes offline: against the Kubernetes schemas, and that its names meet.

    kubernetes.py [PROGRAMS]      the folder of the built programs, to check their options too

Run in .venv, which has kubernetes-validate. Renders the overlays with kubectl as well where it is
installed; without it the overlays' patches are checked to hit what they name.
"""

import pathlib
import re
import shutil
import subprocess
import sys

import kubernetes_validate
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2] / "deploy/kubernetes"
VERSIONS = ("1.29", "1.34")
WORKLOADS = ("Deployment", "StatefulSet")


def documents(path):
    return [doc for doc in yaml.safe_load_all(path.read_text()) if doc]


def schema_problems(docs):
    for doc in docs:
        for version in VERSIONS:
            try:
                kubernetes_validate.validate(doc, version, strict=True)
            except kubernetes_validate.ValidationError as e:
                yield f"{doc['kind']} {doc['metadata']['name']}: Kubernetes {version}: {e.message}"


def pods(docs):
    """Name, pod template and pod labels of each workload."""
    for doc in docs:
        if doc["kind"] in WORKLOADS:
            yield doc["metadata"]["name"], doc["spec"]["template"]["spec"], doc["spec"]["template"]


def hardening_problems(docs):
    for name, pod, _ in pods(docs):
        if not pod["securityContext"].get("runAsNonRoot"):
            yield f"{name}: may run as root"
        for container in pod["containers"]:
            where = f"{name}/{container['name']}"
            context = container["securityContext"]
            if not context.get("readOnlyRootFilesystem"):
                yield f"{where}: its root file system is writable"
            if context.get("allowPrivilegeEscalation", True) or context["capabilities"] != {
                "drop": ["ALL"]
            }:
                yield f"{where}: has privileges"
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                if probe not in container:
                    yield f"{where}: has no {probe}"
            if "memory" not in container["resources"].get("limits", {}):
                yield f"{where}: has no memory limit"
            mounts = {mount["name"] for mount in container["volumeMounts"]}
            volumes = {volume["name"] for volume in pod.get("volumes", [])}
            claims = {
                claim["metadata"]["name"]
                for doc in docs
                if doc["metadata"]["name"] == name
                for claim in doc["spec"].get("volumeClaimTemplates", [])
            }
            if mounts != volumes | claims:
                yield f"{where}: mounts {sorted(mounts)}, has volumes {sorted(volumes | claims)}"


def selectors(doc):
    """Every pod selector in a Service, budget, policy or workload, less those of other software."""
    spec = doc["spec"]
    if doc["kind"] == "Service":
        yield spec["selector"]
    elif doc["kind"] in (*WORKLOADS, "PodDisruptionBudget"):
        yield spec["selector"]["matchLabels"]
    elif doc["kind"] == "NetworkPolicy":
        yield spec["podSelector"]["matchLabels"]


def name_problems(docs):
    """Selectors that match no pod, and ports or probes that name no container port."""
    templates = {name: template for name, _, template in pods(docs)}
    for doc in docs:
        where = f"{doc['kind']} {doc['metadata']['name']}"
        for selector in selectors(doc) if "spec" in doc else ():
            matched = [
                template
                for template in templates.values()
                if selector.items() <= template["metadata"]["labels"].items()
            ]
            if not matched:
                yield f"{where}: selector {selector} matches no pod"
            elif doc["kind"] == "Service":
                ports = matched[0]["spec"]["containers"][0]["ports"]
                for port in doc["spec"]["ports"]:
                    if port["targetPort"] not in {p["name"] for p in ports}:
                        yield f"{where}: no container port is named {port['targetPort']}"
    for name, pod, template in pods(docs):
        container = pod["containers"][0]
        ports = {p["name"]: p["containerPort"] for p in container["ports"]}
        scraped = template["metadata"]["annotations"]["prometheus.io/port"]
        if scraped != str(ports["http"]):
            yield f"{name}: Prometheus would scrape port {scraped}, expected {ports['http']}"
        listens = [a.rpartition(":")[2] for a in container["args"] if "listen=" in a]
        if sorted(listens) != sorted(str(p) for p in ports.values()):
            yield f"{name}: listens on {listens}, declares {ports}"


def patch_problems(overlay, docs):
    """Patches of an overlay whose target or path does not exist."""
    by_name = {(doc["kind"], doc["metadata"]["name"]): doc for doc in docs}
    kustomization = yaml.safe_load((overlay / "kustomization.yaml").read_text())
    for replicas in kustomization.get("replicas", []):
        if not any(name == replicas["name"] for _, name in by_name):
            yield f"{overlay.name}: replicas of {replicas['name']}, which is not in the base"
    for patch in kustomization.get("patches", []):
        target = patch["target"]["kind"], patch["target"]["name"]
        for op in yaml.safe_load(patch["patch"]):
            at = by_name.get(target)
            for key in op["path"].strip("/").split("/"):
                if isinstance(at, list):
                    at = at[int(key)] if int(key) < len(at) else None
                else:
                    at = (at or {}).get(key.replace("~1", "/"))
            if at is None:
                yield f"{overlay.name}: {' '.join(target)} has no {op['path']}"


def option_problems(docs, programs):
    """Arguments that the program of the container's image does not know."""
    for name, pod, _ in pods(docs):
        container = pod["containers"][0]
        program = programs / container["image"]
        usage = subprocess.run([program, "--help"], capture_output=True, text=True).stdout
        for argument in container["args"]:
            option = argument.partition("=")[0]
            if option not in re.findall(r"--[a-z-]+", usage):
                yield f"{name}: {program.name} has no option {option}"


def main(programs):
    base = ROOT / "base"
    resources = yaml.safe_load((base / "kustomization.yaml").read_text())["resources"]
    docs = [doc for name in resources for doc in documents(base / name)]
    problems = [*schema_problems(docs), *hardening_problems(docs), *name_problems(docs)]
    if programs:
        problems += option_problems(docs, pathlib.Path(programs))
    for overlay in sorted((ROOT / "overlays").iterdir()):
        problems += patch_problems(overlay, docs)
        if shutil.which("kubectl"):
            rendered = subprocess.run(
                ["kubectl", "kustomize", overlay], capture_output=True, text=True
            )
            if rendered.returncode:
                problems.append(f"{overlay.name}: {rendered.stderr.strip()}")
            else:
                problems += schema_problems(yaml.safe_load_all(rendered.stdout))
    for problem in problems:
        print(f"kubernetes: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
