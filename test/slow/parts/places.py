"""Where a process runs: pinned, in a cgroup, in a network namespace, on a small disk.

Most of it needs root; `needs_root` skips a test without it. Everything made here is removed again.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "e2e"))

needs_root = unittest.skipUnless(os.geteuid() == 0, "needs root")
needs_two_cores = unittest.skipUnless(len(os.sched_getaffinity(0)) >= 2, "needs two cores")


def need_all():
    """Skips a module whose parts take minutes to build, unless `./dev test-slow all` asks for it."""
    if os.environ.get("LOADLINE_SLOW") != "all":
        raise unittest.SkipTest("its parts take minutes to build: ./dev test-slow all")


def come_first():
    """Who else computes here shall not decide what we measure: the processes of these tests,
    servers included, come before all others of the machine where that is allowed (as root)."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        pass


def cores():
    return sorted(os.sched_getaffinity(0))


class Spinner:
    """Burns a core until the end of the block, as important as we are."""

    def __init__(self, core, count=1):
        self.core, self.count, self.processes = core, count, []

    def __enter__(self):
        for _ in range(self.count):
            self.processes.append(subprocess.Popen(
                ["taskset", "-c", str(self.core), sys.executable, "-c", "while True: pass"]))
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.wait()


class CpuLimit:
    """A cgroup with a limit of so many CPUs; version 1 or 2 of the interface."""

    def __init__(self, cpus):
        v1 = pathlib.Path("/sys/fs/cgroup/cpu")
        self.v1 = v1.exists()
        self.group = (v1 if self.v1 else pathlib.Path("/sys/fs/cgroup")) / f"slow-{os.getpid()}"
        self.quota = int(cpus * 100_000)

    def __enter__(self):
        self.group.mkdir()
        if self.v1:
            (self.group / "cpu.cfs_period_us").write_text("100000")
            (self.group / "cpu.cfs_quota_us").write_text(str(self.quota))
        else:
            (self.group / "cpu.max").write_text(f"{self.quota} 100000")
        return self

    def join(self):
        """In the child, before it becomes the program."""
        # A process with real-time priority may not enter.
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        (self.group / "cgroup.procs").write_text(str(os.getpid()))

    def __exit__(self, *_):
        self.group.rmdir()


class SmallDisk:
    """A file system in memory that holds so many bytes."""

    def __init__(self, folder, size):
        self.folder, self.size = pathlib.Path(folder), size

    def __enter__(self):
        self.folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.size}", "tmpfs", self.folder],
                       check=True)
        return self.folder

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.folder], check=True)


class FewPorts:
    """A network namespace whose loopback has so many local ports. Prefix commands with `enter`."""

    def __init__(self, count):
        self.count, self.name = count, f"slow-{os.getpid()}"

    def __enter__(self):
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        self.run("ip", "link", "set", "lo", "up")
        self.run("sh", "-c", "echo 61000 %d > /proc/sys/net/ipv4/ip_local_port_range"
                 % (61000 + self.count - 1))
        return self

    @property
    def enter(self):
        # Not `ip netns exec`: that mounts /sys anew and hides the cgroups.
        return ["nsenter", f"--net=/run/netns/{self.name}"]

    def run(self, *argv):
        subprocess.run([*self.enter, *argv], check=True)

    def __exit__(self, *_):
        subprocess.run(["ip", "netns", "delete", self.name], check=True)


def needs(*programs):
    missing = [program for program in programs if shutil.which(program) is None and
               not pathlib.Path("/usr/sbin", program).exists()]
    return unittest.skipIf(missing, f"needs {', '.join(missing)}")
