// Real etcds and nodes on two cores: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
