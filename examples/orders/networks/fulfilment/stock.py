# A pod that is a program: started once, one line of JSON for each message.
import json
import sys

for line in sys.stdin:
    call = json.loads(line)
    order = call["input"]["payload"]
    taken = {"id": order["id"], "taken": order.get("count", 1)}
    print(json.dumps({"id": call["id"], "output": taken}), flush=True)
