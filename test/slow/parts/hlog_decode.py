"""Decodes a .hlog with the Python port of HdrHistogram; prints what each tag holds, as JSON.

usage: hlog_decode.py FILE. Run by the Python of build/parts/hdrhistogram, never by the tests'.
"""
import json
import sys

from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader


def whole():
    """1 ns to an hour, three digits, as our own."""
    return HdrHistogram(1, 3600 * 10**9, 3)


def main():
    reader = HistogramLogReader(sys.argv[1], whole())
    sums, intervals = {}, {}
    while (interval := reader.get_next_interval_histogram()) is not None:
        tag = interval.get_tag()
        sums.setdefault(tag, whole()).add(interval)
        intervals[tag] = intervals.get(tag, 0) + 1
    print(json.dumps({tag: {"intervals": intervals[tag],
                            "values": [(item.value_iterated_to, item.count_at_value_iterated_to)
                                       for item in total.get_recorded_iterator()]}
                      for tag, total in sums.items()}))


if __name__ == "__main__":
    main()
