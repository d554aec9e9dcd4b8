// Each test starts processes and waits for what they see: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
