"""The node plan against an integer solver (HiGHS, from PyPI): price and time of 10,000 pods over 60
node types, in random cases. What the solver is asked is written here from the question alone."""
import json
import math
import subprocess
import sys
import venv

from harness import BUILD, ROOT, goal, table

CASES = 50
SOLVER = ROOT / "build" / "highspy"
GAP = 1e-4  # How near to its own bound the solver has to come.


def solver():
    """The Python of an environment that has the solver."""
    python = SOLVER / "bin" / "python"
    if not python.exists():
        venv.create(SOLVER, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "highspy==1.16.0", "numpy"], check=True)
    return python


def shares(pods, zones):
    return [pods // zones + (zone < pods % zones) for zone in range(zones)]


def problems(case):
    """Alternative problems, the best of which is the answer: each a list of coverings, (items,
    places), whose prices add up."""
    zones, items, left = case["zones"], case["items"], case["pods"]
    if case["survive"] == "none":
        return [[(items, share) for share in shares(left, zones)]]
    if case["survive"] == "zone":
        pods = left
        while pods - math.ceil(pods / zones) < left:
            pods += 1
        return [[(items, share) for share in shares(pods, zones)]]
    # At most `most` pods on a node, and as many to spare.
    limits = range(1, max(places for places, _ in items) + 1)
    return [[([(min(places, most), price) for places, price in items], share)
             for share in shares(left + most, zones)] for most in limits]


def solve(cases):
    """Runs inside the environment: for each case the best price found and a proven bound."""
    import highspy

    def cover(items, places):
        model = highspy.Highs()
        model.setOptionValue("output_flag", False)
        model.setOptionValue("mip_rel_gap", GAP)
        model.setOptionValue("time_limit", 20.0)
        for _, price in items:
            model.addCol(price, 0, highspy.kHighsInf, 0, [], [])
        for column in range(len(items)):
            model.changeColIntegrality(column, highspy.HighsVarType.kInteger)
        model.addRow(places, highspy.kHighsInf, len(items), list(range(len(items))),
                     [float(each) for each, _ in items])
        model.run()
        info = model.getInfo()
        return info.objective_function_value, info.mip_dual_bound

    answers = []
    for case in cases:
        best = (math.inf, math.inf)
        # Cheapest by the relaxation first: most of the others cannot be better.
        asked = sorted((sum(places * min(price / each for each, price in items)
                            for items, places in problem), problem) for problem in problems(case))
        for relaxed, problem in asked:
            if relaxed >= best[0]:
                break
            known = {}
            for items, places in problem:
                if places not in known:
                    known[places] = cover(items, places)
            found = sum(known[places][0] for _, places in problem)
            bound = sum(known[places][1] for _, places in problem)
            best = min(best[0], found), min(best[1], bound)
        answers.append({"usd": best[0], "bound": best[1]})
    return answers


def run(cases=CASES):
    text = subprocess.run([BUILD / "bench" / "node_plans", str(cases), "1"], capture_output=True,
                          text=True, check=True).stdout
    asked = [json.loads(line) for line in text.splitlines()]
    output = subprocess.run([solver(), __file__], input=json.dumps(asked), capture_output=True,
                            text=True, check=True).stdout
    answers = json.loads(output.splitlines()[-1])  # The solver greets on the same stream.
    over = [100 * (case["usd"] / answer["usd"] - 1) for case, answer in zip(asked, answers)]
    bound = [100 * (case["usd"] / answer["bound"] - 1) for case, answer in zip(asked, answers)]
    slowest = 1000 * max(case["seconds"] for case in asked)
    rows = [["dearer than the solver's answer, worst", "%", f"{max(over):.3f}", *goal(max(over), 2, most=True)],
            ["cheaper than the solver's answer, best", "%", f"{-min(over):.3f}", "", ""],
            ["dearer than the solver's proven bound, worst", "%", f"{max(bound):.3f}",
             *goal(max(bound), 2, most=True)],
            ["time with its alternatives, slowest", "ms", f"{slowest:.1f}",
             *goal(slowest, 100, most=True)]]
    return table([f"{len(asked)} cases of 10,000 pods, 60 node types", "unit", "measured", "goal", ""],
                 rows)


if __name__ == "__main__":
    json.dump(solve(json.load(sys.stdin)), sys.stdout)
