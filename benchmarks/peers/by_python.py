"""Plain Python: the definition of a right answer, as fast as it is."""

from harness import Task
from workloads import decide_hiring, decide_teams

task = Task()
task.one_by_one(decide_hiring if task.workload == "w1" else decide_teams)
