"""An OCI image archive without a container engine: one layer, its configuration and the indexes.

The archive is an image layout (oci-layout, index.json) and has docker's manifest.json beside it, so
that podman, skopeo, containerd and every docker can load it.
"""
import datetime
import hashlib
import json

import tree

USER = 65532  # Nobody's on most machines; what distroless images call nonroot.
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
CONFIG = "application/vnd.oci.image.config.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def encoded(document):
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def described(media_type, data, **more):
    return {"mediaType": media_type, "digest": digest(data), "size": len(data), **more}


def root(entries, roots):
    """What the image's file system holds: the program, trusted roots, a user, places to write."""
    return [
        *entries,
        tree.Entry("etc/ssl/certs/ca-certificates.crt", data=roots),
        tree.Entry("etc/passwd", data=f"root:x:0:0:root:/:/sbin/nologin\nloadline:x:{USER}:{USER}:"
                   f"loadline:/data:/sbin/nologin\n".encode()),
        tree.Entry("etc/group", data=f"root:x:0:\nloadline:x:{USER}:\n".encode()),
        tree.folder("data", 0o755, USER),
        tree.folder("work", 0o755, USER),
        tree.folder("tmp", 0o1777),
    ]


def configuration(facts, layer):
    created = datetime.datetime.fromtimestamp(facts.epoch, datetime.timezone.utc)
    stamp = created.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "architecture": facts.arch,
        "os": "linux",
        "created": stamp,
        "config": {
            "User": f"{USER}:{USER}",
            "Entrypoint": ["/usr/bin/loadline"],
            "Cmd": ["--help"],
            "Env": ["PATH=/usr/bin", "HOME=/data", "XDG_DATA_HOME=/data"],
            "WorkingDir": "/work",
            "Volumes": {"/data": {}},
            "Labels": {
                "org.opencontainers.image.title": "loadline",
                "org.opencontainers.image.description":
                    "find how much load an HTTP service carries while it keeps its promises",
                "org.opencontainers.image.version": facts.version,
                "org.opencontainers.image.revision": facts.revision,
                "org.opencontainers.image.created": stamp,
            },
        },
        "rootfs": {"type": "layers", "diff_ids": [digest(layer)]},
        "history": [{"created": stamp, "created_by": "loadline ./dev package"}],
    }


def archive(facts, entries, roots):
    """(bytes of the archive, bytes that a pull transfers)."""
    layer = tree.tar(root(entries, roots), facts.epoch)
    packed = tree.gzipped(layer)
    config = encoded(configuration(facts, layer))
    manifest = encoded({"schemaVersion": 2, "mediaType": MANIFEST,
                        "config": described(CONFIG, config), "layers": [described(LAYER, packed)]})
    name = f"localhost/loadline:{facts.version}"  # No registry has it until somebody pushes it.
    index = encoded({
        "schemaVersion": 2, "mediaType": INDEX,
        "manifests": [described(MANIFEST, manifest,
                                platform={"architecture": facts.arch, "os": "linux"},
                                annotations={"org.opencontainers.image.ref.name": facts.version,
                                             "io.containerd.image.name": name})]})

    def blob(data):
        return tree.Entry("blobs/sha256/" + digest(data)[7:], data=data)

    docker = encoded([{"Config": blob(config).path, "RepoTags": [name],
                       "Layers": [blob(packed).path]}])
    files = [blob(config), blob(manifest), blob(packed), tree.Entry("index.json", data=index),
             tree.Entry("manifest.json", data=docker),
             tree.Entry("oci-layout", data=encoded({"imageLayoutVersion": "1.0.0"}))]
    return tree.tar(files, facts.epoch), len(config) + len(manifest) + len(packed)
