from __future__ import annotations
import sys, time, random
from tests.faults.campaign import campaign, faults_at
from tests.faults.lives import LIVES
names = sys.argv[1].split(",")
kinds = sys.argv[2].split(",")
most = int(sys.argv[3])
with campaign() as c:
    for life in LIVES:
        if names != ["all"] and life.name not in names: continue
        t=time.time()
        points = c.points(life)
        print(f"== {life.name}: {len(points)} points, {time.time()-t:.1f} s", flush=True)
        faults = faults_at(points, kinds)
        random.Random(0).shuffle(faults)
        seen = {}
        for f in faults[:most]:
            t=time.time()
            reached, found = c.strike(life, f)
            if not reached: print("   not reached", f)
            for w in found:
                key=w[:300]
                seen.setdefault(key,[]).append(str(f))
        for w, fs in seen.items(): print("  !!", len(fs), w, "|", "; ".join(fs[:4]), flush=True)
        print("   last took", round(time.time()-t,2), len(faults))
