"""Draws how late requests come in clusters, from a recorded run: docs/figures/late-clusters.svg.

    loadline standin --pods 1 --concurrency 4 --queue unlimited --overhead 0 \
                     --latency exponential:10ms &
    loadline run http://127.0.0.1:8500/score --rate 335/s --warmup 5s --duration 60s --p95 60ms
    python3 docs/figures/late_clusters.py @last 60 > docs/figures/late-clusters.svg

usage: late_clusters.py RUN LIMIT_MS       ($LOADLINE: the program, else `loadline`)
"""
import collections
import csv
import os
import random
import subprocess
import sys

WARMUP = 1  # Flag of attempts.flags.
WIDTH, LEFT, RIGHT = 860, 150, 20
BAR = 0.5  # Seconds.
STYLE = """
  text { font: 13px sans-serif; fill: #24292f; }
  .axis { stroke: #8c959f; fill: none; }
  .queue { fill: #0969da; fill-opacity: 0.75; }
  .late { fill: #cf222e; }
  .even { fill: #8c959f; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .queue { fill: #58a6ff; }
    .late { fill: #ff7b72; }
  }
"""


def requests_of(run):
    """(due, answered) [s] after the first request of the judged part, in order of due time."""
    sql = ("SELECT scheduled_ns, done_ns FROM attempts WHERE step > 0 AND done_ns > 0 "
           f"AND flags & {WARMUP} = 0 ORDER BY scheduled_ns")
    text = subprocess.run(
        [os.environ.get("LOADLINE", "loadline"), "query", "--run", run, "--format", "csv", sql],
        check=True, capture_output=True, text=True).stdout
    rows = [(int(due), int(done)) for due, done in list(csv.reader(text.splitlines()))[1:]]
    first = rows[0][0]
    return [((due - first) / 1e9, (done - first) / 1e9) for due, done in rows]


def most_in_flight(requests, columns, seconds):
    """The largest number in flight in each of so many equal parts of the time."""
    steps = sorted([(due, 1) for due, _ in requests] + [(done, -1) for _, done in requests])
    most, level = [0] * columns, 0
    for at, step in steps:
        level += step
        if at < seconds:
            column = int(at / seconds * columns)
            most[column] = max(most[column], level)
    return most


def per_bar(times):
    return collections.Counter(int(at / BAR) for at in times)


def bars(name, label, heights, most, top, height):
    """One panel: bars from left to right, its label and the height of a full one."""
    width = (WIDTH - LEFT - RIGHT) / len(heights)
    base = top + height
    path = "".join(f"M{LEFT + i * width:.1f} {base}v{-height * n / most:.1f}h{width:.1f}V{base}z"
                   for i, n in enumerate(heights) if n)
    return "\n".join([
        f'<path class="{name}" d="{path}"/>',
        f'<path class="axis" d="M{LEFT} {top}V{base}H{WIDTH - RIGHT}"/>',
        *(f'<text x="0" y="{top + 14 + 17 * i}">{line}</text>' for i, line in enumerate(label)),
        f'<text x="{LEFT - 6}" y="{top + 10}" text-anchor="end">{most}</text>'])


def main():
    run, limit = sys.argv[1], float(sys.argv[2]) / 1e3
    requests = requests_of(run)
    late = [due for due, done in requests if done - due > limit]
    # As many late, but each drawn by a lot of its own.
    even = random.Random(1).sample([due for due, _ in requests], len(late))
    count = round(requests[-1][0] / BAR)
    seconds = count * BAR
    late_bars, even_bars = per_bar(late), per_bar(even)
    worst = max(late_bars.values())
    in_flight = most_in_flight(requests, 5 * count, seconds)

    by_second = collections.Counter(int(at) for at in late)
    half, covered = 0, 0
    for _, number in by_second.most_common():  # The seconds that hold half of the late requests.
        if covered >= len(late) / 2:
            break
        half, covered = half + 1, covered + number
    share = 100 * len(late) / len(requests)
    caption = (f"{len(requests):,} requests in {seconds:.0f} s, {share:.1f} % later than "
               f"{1e3 * limit:.0f} ms; half of the late ones in {half} of the seconds")

    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} 370" role="img">')
    print(f"<title>{caption}</title>\n<style>{STYLE}</style>")
    print(f'<text x="{LEFT}" y="16">{caption}</text>')
    print(bars("queue", ["in flight"], in_flight, max(in_flight), 30, 90))
    print(bars("late", ["late requests", f"in {BAR:g} s"], [late_bars[i] for i in range(count)],
               worst, 136, 90))
    print(bars("even", ["as many late,", "if independent"], [even_bars[i] for i in range(count)],
               worst, 242, 90))
    for at in range(0, int(seconds) + 1, 10):
        x = LEFT + at * (WIDTH - LEFT - RIGHT) / seconds
        print(f'<path class="axis" d="M{x:.1f} 332v5"/>')
        print(f'<text x="{x:.1f}" y="354" text-anchor="middle">{at} s</text>')
    print("</svg>")


if __name__ == "__main__":
    main()
