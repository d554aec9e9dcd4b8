// The ring measures time: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
