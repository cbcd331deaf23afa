"""A Debian package without Debian's tools: an ar archive of three members (deb(5))."""
import datetime
import email.utils
import hashlib
import lzma

import tree

DESCRIPTION = """find how much load an HTTP service carries
 Loadline loads an HTTP endpoint, such as a model service, honestly: latency
 counts from the moment a request was due, every request is accounted for, and
 a run in which the generator was the bottleneck is refused. It finds the
 highest rate at which your objectives hold and says how sure it is.
 .
 The program is linked statically and needs no other package; ca-certificates
 lets it verify public TLS servers."""

# Answers to what lintian asks of a program that is linked statically, on purpose.
OVERRIDES = """# One file for every Debian since 11 and for empty containers; Built-Using says with what.
loadline: embedded-library zlib *
# A position-independent program without a dynamic linker looks like a library.
loadline: shared-library-lacks-prerequisites *
"""


def ar(members, epoch):
    """The common ar format; `members` are pairs of name and data."""
    result = [b"!<arch>\n"]
    for name, data in members:
        head = f"{name:<16}{epoch:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n"
        result += [head.encode(), data, b"\n" if len(data) % 2 else b""]
    return b"".join(result)


def control(facts, entries, built_using):
    # In KiB, each file rounded up to one, as dpkg-gencontrol does.
    size = sum(-(-len(entry.data) // 1024) if entry.kind == "file" else 1
               for entry in tree.with_parents(entries))
    return (f"Package: loadline\nVersion: {facts.version}\nArchitecture: {facts.arch}\n"
            f"Maintainer: {facts.maintainer}\nInstalled-Size: {size}\n"
            f"Built-Using: {', '.join(built_using)}\n"
            f"Recommends: ca-certificates\nSection: net\nPriority: optional\n"
            f"Description: {DESCRIPTION}\n")


def changelog(facts):
    date = email.utils.format_datetime(
        datetime.datetime.fromtimestamp(facts.epoch, datetime.timezone.utc))
    return (f"loadline ({facts.version}) unstable; urgency=medium\n\n"
            f"  * Commit {facts.revision[:12]}; NEWS.gz says what is new.\n\n"
            f" -- {facts.maintainer}  {date}\n")


def package(facts, entries, built_using):
    """The bytes of the .deb with these files; `entries` without what only a .deb has."""
    entries = [*entries,
               tree.Entry("usr/share/doc/loadline/changelog.gz",
                          data=tree.gzipped(changelog(facts).encode())),
               tree.Entry("usr/share/lintian/overrides/loadline", data=OVERRIDES.encode())]
    sums = "".join(f"{hashlib.md5(entry.data).hexdigest()}  {entry.path}\n"
                   for entry in sorted(entries, key=lambda each: each.path)
                   if entry.kind == "file")
    info = [tree.Entry("control", data=control(facts, entries, built_using).encode()),
            tree.Entry("md5sums", data=sums.encode())]
    # xz: Debian 11's dpkg cannot read zstd.
    members = [("debian-binary", b"2.0\n")]
    for name, content in (("control", info), ("data", entries)):
        members.append((f"{name}.tar.xz", lzma.compress(tree.tar(content, facts.epoch, "./"))))
    return ar(members, facts.epoch)
