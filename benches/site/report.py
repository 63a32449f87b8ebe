"""The figures of a run as text: a line while it goes on, and all of it at the end."""

import os
import statistics

PROCESSES = ("server", "mongo", "neo4j", "redis")

WHAT = {
    "/plain": "plain text", "/find": "one find by _id", "/bolt": "Bolt RETURN 1",
    "/insert": "an insert, majority and journaled",
}


def line(result):
    """One turn of one scenario."""
    if result["scenario"] == "users":
        steps = ", ".join(f"{step['users']}: {step['p99_ms']:.0f} ms" for step in result["steps"])
        error = next((f"  {step['errors']} WRONG: {step['error']}" for step in result["steps"] if step["errors"]), "")
        return f"  {result['users']} users at once; p99 with {steps}{error}"
    mark = "" if result["settled"] else "  (work was left undone)"
    wrong = f"  {result['errors']} WRONG" if result["errors"] else ""
    return (f"  {WHAT.get(result['scenario'], result['scenario']):34}{result['per_second']:9.0f}/s"
            f"{result['p50_ms']:9.2f} ms{result['p99_ms']:9.2f} ms{_sum(result):9.3f} ms CPU{mark}{wrong}")


def _sum(result):
    return sum(result["processor_ms"].values())


def whole(outcome, folder):
    """The tables of all scenarios, and the ratios."""
    lines = [
        f"{os.cpu_count()} processors, which the server, its stores and the load share; scale {outcome['scale']:g}, "
        f"{outcome['connections']} connections. All figures are in {folder}/results.json.",
        "ms CPU a request: of each process, with the work that is left when the clock stops. Medians of all rounds; MiB "
        "as they were at the end.",
    ]
    for name, steps in outcome["loaded"].items():
        if steps:
            lines.append(f"loaded {name}: " + ", ".join(f"{step} {seconds:g} s" for step, seconds in steps.items()))
    scenarios = list(dict.fromkeys(result["scenario"] for result in outcome["results"]))
    if "users" in scenarios:
        scenarios.remove("users")
        lines += ["", *_users([one for one in outcome["results"] if one["scenario"] == "users"])]
    for scenario in scenarios:
        lines += ["", *_table(scenario, [one for one in outcome["results"] if one["scenario"] == scenario])]
    return "\n".join(lines)


def _users(results):
    lines = ["users at once, each of whom reads 5 s between two requests of the mix, with a p99 of at most 250 ms:"]
    for name in dict.fromkeys(one["contestant"] for one in results):
        counts = [one["users"] for one in results if one["contestant"] == name]
        lines.append(f"{name:18}{min(counts):9} ({', '.join(map(str, counts))})")
    return lines


def _table(scenario, results):
    by_name = {}
    for result in results:
        by_name.setdefault(result["contestant"], []).append(result)
    head = f"{WHAT.get(scenario, scenario):18}{'req/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}"
    head += "".join(f"{name:>9}" for name in PROCESSES) + f"{'load':>9}   MiB " + "/".join(PROCESSES)
    lines = [head]
    for name, turns in by_name.items():
        def median(figure):
            return statistics.median(map(figure, turns))
        row = f"{name:18}{median(lambda one: one['per_second']):9.0f}{median(lambda one: one['p50_ms']):9.2f}"
        row += f"{median(lambda one: one['p99_ms']):9.2f}{median(_sum):9.3f}"
        for process in PROCESSES:
            row += f"{median(lambda one: one['processor_ms'].get(process, 0)):9.3f}"
        row += f"{median(lambda one: one['processor_ms_load']):9.3f}   "
        row += "/".join(f"{turns[-1]['memory_mib'].get(process, 0):.0f}" for process in PROCESSES)
        if left := sum(not one["settled"] for one in turns):
            row += f"   work was left undone in {left} of {len(turns)} rounds: CPU is more than it says"
        if wrong := sum(one["errors"] for one in turns):
            row += f"   {wrong} WRONG"
        lines.append(row)
    for other in ("old", "rival"):
        if "new" in by_name and other in by_name:
            lines.append(_ratios(by_name["new"], by_name[other], other))
    return lines


def _ratios(new, other, name):
    """How many times better the new one is, round by round; the lowest counts."""
    pairs = list(zip(new, other, strict=True))
    fewer = [_sum(theirs) / _sum(ours) if _sum(ours) else float("inf") for ours, theirs in pairs]
    more = [ours["per_second"] / theirs["per_second"] for ours, theirs in pairs]

    def told(ratios):
        return f"{min(ratios):.2f} ({', '.join(f'{ratio:.2f}' for ratio in ratios)})"
    return f"  against {name}: {told(fewer)} times less CPU, {told(more)} times the requests"
