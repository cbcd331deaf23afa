"""A folder that exists only as a list of entries, and archives of it that are the same every time.

Owners, times and order are ours, never those of the machine that packs: the same program gives the
same bytes.
"""
import dataclasses
import gzip
import io
import tarfile


@dataclasses.dataclass(frozen=True)
class Entry:
    """One file, folder or symbolic link; `path` without a slash at its front."""
    path: str
    mode: int = 0o644
    data: bytes = b""
    kind: str = "file"  # or "folder", "link" (data is where it leads)
    owner: int = 0


def folder(path, mode=0o755, owner=0):
    return Entry(path, mode, b"", "folder", owner)


def with_parents(entries):
    """The entries and every folder above them, each once, folders first."""
    known = {entry.path: entry for entry in entries}
    for entry in entries:
        parts = entry.path.split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            path = "/".join(parts[:depth])
            known.setdefault(path, folder(path))
    return [known[path] for path in sorted(known)]


def tar(entries, epoch, prefix=""):
    """A tar archive: names in order, root as the owner unless an entry says otherwise."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for entry in with_parents(entries):
            info = tarfile.TarInfo(prefix + entry.path)
            info.mode, info.mtime = entry.mode, epoch
            info.uid = info.gid = entry.owner
            if entry.kind == "folder":
                info.type = tarfile.DIRTYPE
                archive.addfile(info)
            elif entry.kind == "link":
                info.type, info.linkname = tarfile.SYMTYPE, entry.data.decode()
                archive.addfile(info)
            else:
                info.size = len(entry.data)
                archive.addfile(info, io.BytesIO(entry.data))
    return buffer.getvalue()


def gzipped(data):
    """gzip without a name or a time in its head."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=buffer, mode="wb", compresslevel=9, mtime=0) as packed:
        packed.write(data)
    return buffer.getvalue()
