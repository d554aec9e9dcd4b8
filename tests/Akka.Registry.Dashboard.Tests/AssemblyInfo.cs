// One browser and one cluster at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
