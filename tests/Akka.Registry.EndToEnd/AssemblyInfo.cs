// Each test starts processes and measures time: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
