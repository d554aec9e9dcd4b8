// Most of these wait for real etcds and nodes: two at a time, for two cores.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
