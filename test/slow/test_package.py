"""What ./dev package makes runs where nothing else is: empty roots, other Debians, a container."""
import hashlib
import io
import json
import os
import pathlib
import signal
import subprocess
import tarfile
import tempfile
import unittest

from parts import places, roots
from parts.name_server import NameServer

from harness import Standin, free_port

MOST_PROGRAM = 20e6
MOST_IMAGE = 40e6
NAME_SERVER = "127.0.0.77"


def setUpModule():
    places.need_all()
    subprocess.run([roots.ROOT / "dev", "package"], check=True, stdout=subprocess.DEVNULL)


def certificate(folder, *names):
    """A self-signed certificate for these names and its key, as files."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=test",
                    "-addext", "subjectAltName=" + ",".join(names), "-keyout", key, "-out", cert],
                   check=True, capture_output=True)
    return cert, key


class Packaged(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.root = roots.Folder(self.folder / "root")

    def assert_runs(self, *argv, says="none failed", root=None, program="/loadline", **more):
        """A short load without a failed request."""
        code, text = (root or self.root).run(program, "run", *argv, "--requests", "5", "--db",
                                             "/tmp/d.db", **more)
        self.assertEqual(code, 0, text)
        self.assertIn(says, text)
        return text

    def assert_refused(self, *argv, says, code=2, **more):
        got, text = self.root.run("/loadline", "run", *argv, "--requests", "5", **more)
        self.assertEqual(got, code, text)
        self.assertIn(says, text)


@places.needs_root
class EmptyRoot(Packaged):
    """Nothing but the program: no /proc, no /etc, no /dev, no environment."""

    def setUp(self):
        super().setUp()
        self.root.put_program()
        (self.root.path / "tmp").mkdir()
        (self.root.path / "tmp").chmod(0o1777)

    def test_the_program_is_all_it_needs(self):
        with Standin("--latency", "constant:2ms") as standin:
            self.assert_runs(standin.score)
            self.assert_runs(f"http://localhost:{standin.port}/score")
        code, text = self.root.run("/loadline", "runs", "ls", "--db", "/tmp/d.db")
        self.assertEqual(code, 0, text)
        self.assertEqual(text.count("complete"), 2, text)
        self.assertLess(roots.packaged("loadline-amd64").stat().st_size, MOST_PROGRAM)

    def test_what_no_proc_tells_is_null_and_the_rest_is_counted(self):
        with Standin("--latency", "constant:2ms") as standin:
            self.assert_runs(standin.score, "--json", "/tmp/out.json")
        generator = json.loads((self.root.path / "tmp/out.json").read_text())["generator"]
        self.assertIsNone(generator["ports_left"])
        self.assertGreater(generator["descriptors_left"], 0)

    def test_a_user_whom_nobody_knows(self):
        with Standin("--latency", "constant:2ms") as standin:
            self.assert_runs(standin.score, user=54321)

    def test_no_home_is_said(self):
        with Standin() as standin:
            self.assert_refused(standin.score, says="name one with --db")
            code, text = self.root.run("/loadline", "run", standin.score, "--requests", "1",
                                       HOME="/tmp")
            self.assertEqual(code, 0, text)
        self.assertTrue((self.root.path / "tmp/.local/share/loadline/loadline.db").exists())

    def test_names_of_the_hosts_file(self):
        self.root.put("/etc/hosts", "127.0.0.1 model.test model\n")
        with Standin("--latency", "constant:2ms") as standin:
            self.assert_runs(f"http://model:{standin.port}/score")

    def test_names_of_a_dns_server_and_a_search_domain(self):
        self.root.put("/etc/resolv.conf", f"nameserver {NAME_SERVER}\nsearch corp.test\n")
        names = {"model.corp.test": ["127.0.0.1"]}
        with NameServer(NAME_SERVER, names) as server, Standin("--latency",
                                                               "constant:2ms") as standin:
            self.assert_runs(f"http://model:{standin.port}/score",
                             says="-> 127.0.0.1")
            self.assert_runs(f"http://model.corp.test:{standin.port}/score")
            self.assert_refused("http://nobody.test/", code=5,
                                says=f"no such name (asked /etc/hosts, DNS {NAME_SERVER})")
        self.assertIn("model.corp.test", server.asked)

    def test_no_name_server_is_said(self):
        self.assert_refused("http://model.test/", code=5, says="there is no /etc/resolv.conf")
        with Standin("--latency", "constant:2ms") as standin:
            self.assert_runs(f"http://model.test:{standin.port}/score", "--resolve",
                             f"model.test:{standin.port}:127.0.0.1")

    def test_tls_with_a_ca_file_or_a_bundle_where_distributions_keep_it(self):
        cert, key = certificate(self.folder, "DNS:localhost")
        with Standin("--latency", "constant:2ms", "--cert", cert, "--key", key) as standin:
            url = f"https://localhost:{standin.port}/score"
            self.assert_refused(url, "--db", "/tmp/d.db", says="no trusted roots")
            self.root.put("/ca.pem", cert.read_bytes())
            self.assert_runs(url, "--ca-file", "/ca.pem")
            self.assert_runs(url, SSL_CERT_FILE="/ca.pem")
            for bundle in ("/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt"):
                self.root.put(bundle, cert.read_bytes())
                self.assert_runs(url)
                (self.root.path / bundle[1:]).unlink()

    def test_a_stand_in_of_its_own(self):
        port = free_port()
        standin = subprocess.Popen(self.root.argv("/loadline", "standin", "--port", port, "--quiet",
                                                  "--latency", "constant:2ms"), env={
                                       "PATH": os.environ["PATH"] + ":/usr/sbin"},
                                   stdout=subprocess.PIPE, text=True)
        try:
            url = standin.stdout.readline().strip()
            self.assertEqual(url, f"http://127.0.0.1:{port}")
            self.assert_runs(url + "/score")
        finally:
            standin.send_signal(signal.SIGTERM)
            standin.communicate(timeout=10)


@places.needs_root
@places.needs("debootstrap")
class Debian(Packaged):
    """Fresh minimal systems of three versions."""

    def fresh(self, version):
        """A copy of a minimal Debian."""
        if roots.mirror() is None:
            self.skipTest("apt knows no mirror of Debian here")
        if not roots.has_suite(version):
            self.skipTest(f"the mirror has no {roots.SUITES[version]} any more")
        target = self.folder / roots.SUITES[version]
        subprocess.run(["cp", "-a", roots.pristine(version), target], check=True)
        return roots.Folder(target)

    def check_version(self, version):
        root = self.fresh(version)
        self.assertTrue((root.path / "etc/debian_version").read_text().startswith(version))
        root.put_program()
        with Standin("--latency", "constant:2ms") as standin:
            self.assert_runs(f"http://localhost:{standin.port}/score", root=root)
        (root.path / "loadline").unlink()
        (root.path / "tmp/d.db").unlink()
        (root.path / "tmp/d.db-spool").rmdir()
        self.check_installing(root)

    def check_installing(self, root):
        """The package brings the program and its pages, and leaves nothing behind."""
        before = root.files()
        root.put("/loadline.deb", roots.packaged("*_amd64.deb").read_bytes())
        tools = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"}
        code, text = root.run("/usr/bin/dpkg", "-i", "/loadline.deb", **tools)
        self.assertEqual(code, 0, text)
        with Standin("--latency", "constant:2ms") as standin:
            self.assert_runs(standin.score, root=root, program="/usr/bin/loadline")
        for path in ("usr/share/man/man1/loadline-run.1.gz", "usr/share/doc/loadline/copyright",
                     "usr/share/bash-completion/completions/loadline"):
            self.assertTrue((root.path / path).exists(), path)
        code, text = root.run("/usr/bin/dpkg", "--verify", "loadline", **tools)
        self.assertEqual((code, text), (0, ""))
        code, text = root.run("/usr/bin/dpkg", "-r", "loadline", **tools)
        self.assertEqual(code, 0, text)
        left = {path for path in root.files() - before if not path.startswith("tmp/")}
        self.assertEqual(left, {"loadline.deb"})

    def test_debian_11(self):
        self.check_version("11")

    def test_debian_12(self):
        self.check_version("12")

    def test_debian_13(self):
        self.check_version("13")


class Image(Packaged):
    def setUp(self):
        super().setUp()
        self.path = roots.packaged("*-amd64.oci.tar")
        with tarfile.open(self.path) as archive:
            self.files = {member.name: archive.extractfile(member).read()
                          for member in archive if member.isfile()}
        self.index = json.loads(self.files["index.json"])
        self.manifest = self.blob(self.index["manifests"][0])
        self.config = self.blob(self.manifest["config"])

    def blob(self, descriptor, decoded=True):
        """What a descriptor leads to; its digest and size must be right."""
        algorithm, digest = descriptor["digest"].split(":")
        data = self.files[f"blobs/{algorithm}/{digest}"]
        self.assertEqual(hashlib.sha256(data).hexdigest(), digest)
        self.assertEqual(len(data), descriptor["size"])
        return json.loads(data) if decoded else data

    def unpack(self):
        """The layers, into the root folder."""
        for layer, diff in zip(self.manifest["layers"], self.config["rootfs"]["diff_ids"],
                               strict=True):
            with tarfile.open(fileobj=io.BytesIO(self.blob(layer, decoded=False))) as archive:
                archive.extractall(self.root.path)
            plain = subprocess.run(["gzip", "-dc"], input=self.blob(layer, decoded=False),
                                   check=True, capture_output=True).stdout
            self.assertEqual("sha256:" + hashlib.sha256(plain).hexdigest(), diff)

    def test_is_an_image_layout_that_docker_can_load_too(self):
        self.assertEqual(json.loads(self.files["oci-layout"]), {"imageLayoutVersion": "1.0.0"})
        self.assertEqual(self.index["manifests"][0]["platform"],
                         {"architecture": "amd64", "os": "linux"})
        docker = json.loads(self.files["manifest.json"])[0]
        self.assertEqual(json.loads(self.files[docker["Config"]]), self.config)
        self.assertEqual(docker["RepoTags"], ["localhost/loadline:" + self.config["config"]["Labels"][
            "org.opencontainers.image.version"]])
        self.assertLess(self.path.stat().st_size, MOST_IMAGE)

    def test_the_same_program_gives_the_same_image(self):
        again = self.folder / "again"
        subprocess.run(["python3", roots.ROOT / "packaging/package.py", "--program",
                        roots.ROOT / "build/static/loadline", "--out", again], check=True,
                       stdout=subprocess.DEVNULL)
        made = {path.name: path.read_bytes() for path in again.iterdir()}
        del made["SHA256SUMS"]  # Another architecture may be listed in the other.
        self.assertEqual(len(made), 4)
        for name, data in made.items():
            self.assertEqual(data, (roots.PACKAGES / name).read_bytes(), name)

    @places.needs("skopeo")
    def test_another_tool_reads_and_copies_it(self):
        for kind in ("oci-archive", "docker-archive"):
            copy = self.folder / kind
            subprocess.run(["skopeo", "copy", "--insecure-policy", f"{kind}:{self.path}",
                            f"dir:{copy}"], check=True, capture_output=True)
            config = json.loads((copy / self.manifest["config"]["digest"][7:]).read_text())
            self.assertEqual(config, self.config)

    @places.needs_root
    def test_runs_as_its_user_and_writes_to_its_volume(self):
        self.unpack()
        config = self.config["config"]
        self.assertEqual(config["Volumes"], {"/data": {}})
        user = config["User"].split(":")[0]
        self.assertNotEqual(user, "0")
        environment = dict(pair.split("=", 1) for pair in config["Env"])
        with Standin("--latency", "constant:2ms") as standin:
            code, text = self.root.run(*config["Entrypoint"], "run", standin.score, "--requests",
                                       "5", user=user, **environment)
        self.assertEqual(code, 0, text)
        database = self.root.path / "data/loadline/loadline.db"
        self.assertEqual(database.stat().st_uid, int(user))
        code, text = self.root.run(*config["Entrypoint"], *config["Cmd"], user=user, **environment)
        self.assertEqual(code, 0, text)
        self.assertIn("usage: loadline", text)
        roots_file = self.root.path / "etc/ssl/certs/ca-certificates.crt"
        self.assertGreater(roots_file.read_text().count("BEGIN CERTIFICATE"), 100)


@unittest.skipUnless(list(roots.PACKAGES.glob("loadline-arm64")),
                     "no arm64 package here: ./dev package --arch arm64")
@places.needs("qemu-aarch64-static")
class Arm64(Packaged):
    """The program for the other architecture, under an emulator of its processor."""
    emulator = "/usr/bin/qemu-aarch64-static"

    def test_is_for_that_processor_and_needs_nothing(self):
        head = roots.packaged("loadline-arm64").read_bytes()[:20]
        # ELF: class 2 is 64 bits; machine 183 is AArch64.
        self.assertEqual((head[:5], head[18:20]), (b"\x7fELF\x02", b"\xb7\x00"))
        self.assertLess(roots.packaged("loadline-arm64").stat().st_size, MOST_PROGRAM)

    @places.needs_root
    def test_runs_in_an_empty_root(self):
        self.root.put("/emulator", pathlib.Path(self.emulator).read_bytes(), 0o755)
        self.root.put("/loadline", roots.packaged("loadline-arm64").read_bytes(), 0o755)
        with Standin("--latency", "constant:2ms") as standin:
            # An emulator is no fast generator: slow answers do not make the run refused.
            code, text = self.root.run("/emulator", "/loadline", "run", "--requests", "5",
                                       f"http://localhost:{standin.port}/score", "--p95", "60s",
                                       "--db", "/d.db")
        self.assertIn(code, (0, 6), text)
        self.assertIn("none failed", text)

    def test_its_image_says_so(self):
        with tarfile.open(roots.packaged("*-arm64.oci.tar")) as archive:
            index = json.load(archive.extractfile("index.json"))
        self.assertEqual(index["manifests"][0]["platform"]["architecture"], "arm64")


class Texts(Packaged):
    program = roots.ROOT / "build/static/loadline"

    def shell(self, *argv):
        done = subprocess.run([str(word) for word in argv], capture_output=True, text=True,
                              timeout=60, env={**os.environ, "HOME": str(self.folder)})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def script(self, shell):
        path = self.folder / f"loadline.{shell}"
        path.write_text(self.shell(self.program, "completion", shell))
        return path

    @places.needs("man", "mandoc")
    def test_manual_pages_are_sound(self):
        self.shell(self.program, "help", "--man", "--out", self.folder)
        found = sorted(self.folder.glob("*.1"))
        self.assertIn("loadline-runs-export.1", [path.name for path in found])
        for path in found:
            lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", path],
                                  capture_output=True, text=True)
            self.assertEqual(lint.stdout, "", path.name)
            shown = subprocess.run(["man", "--warnings", "-l", path], capture_output=True,
                                   text=True, env={**os.environ, "MANWIDTH": "90"})
            self.assertEqual(shown.stderr, "", path.name)
            self.assertIn("NAME", shown.stdout)

    @places.needs("lintian")
    def test_lintian_finds_no_error_and_no_warning(self):
        found = subprocess.run(["lintian", "--allow-root", roots.packaged("*_amd64.deb")],
                               capture_output=True, text=True)
        self.assertEqual(found.stdout, "")

    @places.needs("fish")
    def test_fish_completes(self):
        script = self.script("fish")

        def replies(line):
            text = self.shell("fish", "--no-config", "-c", f"source {script}; complete -C '{line}'")
            return [reply.split("\t")[0] for reply in text.splitlines()]

        self.assertEqual(replies("loadline run --pac"), ["--pacing"])
        self.assertEqual(sorted(replies("loadline run --pacing ")), ["busy", "hybrid", "timer"])
        self.assertLessEqual({"export", "ls", "rm", "show"}, set(replies("loadline runs ")))
        self.assertEqual(replies("loadline runs export --rat"), [])

    @places.needs("zsh")
    def test_zsh_completes(self):
        folder = self.folder / "functions"
        folder.mkdir()
        (folder / "_loadline").write_text(self.script("zsh").read_text())
        player = self.folder / "player.zsh"
        # A second zsh on a terminal of its own, to which the keys are typed.
        player.write_text(f"""
            zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell 'PROMPT=; fpath=({folder} $fpath); autoload -U compinit; compinit -u -D'
            zpty -w shell 'print REA""DY'
            zpty -r -m shell out '*READY*'
            zpty -w -n shell $1$'\\t'
            zpty -r -m shell out "*$2*" && print found
            zpty -d shell""")

        def completes(line, reply):
            return "found" in self.shell("timeout", "30", "zsh", "-f", player, line, reply)

        self.assertTrue(completes("loadline run --pac", "--pacing"))
        self.assertTrue(completes("loadline runs sh", "runs show"))
        self.assertTrue(completes("loadline run --pacing bu", "--pacing busy"))


if __name__ == "__main__":
    unittest.main()
