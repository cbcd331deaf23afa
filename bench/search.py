"""The statistics of the search, on simulated services: the programs under bench/search."""
import subprocess

from harness import BUILD


def run():
    texts = []
    for program in sorted((BUILD / "bench" / "search").glob("*_table")):
        texts.append(subprocess.run([program], check=True, capture_output=True, text=True).stdout)
    return "\n\n".join(texts)
