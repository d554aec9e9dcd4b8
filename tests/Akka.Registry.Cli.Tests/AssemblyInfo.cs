// Some tests start processes: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
