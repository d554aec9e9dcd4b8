namespace Akka.Registry.Actors.Tests;

/// <summary>What happened, in order, from any thread; a test waits until so much has.</summary>
internal sealed class Journal
{
    private readonly Lock _gate = new();
    private readonly List<string> _entries = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waits = [];

    public string[] Entries
    {
        get
        {
            lock (_gate)
                return [.. _entries];
        }
    }

    public void Add(string entry)
    {
        lock (_gate)
        {
            _entries.Add(entry);
            foreach (var (_, reached) in _waits.Where(wait => wait.Count <= _entries.Count))
                reached.TrySetResult();
        }
    }

    /// <summary>Completes when there are at least so many entries.</summary>
    public Task Reaches(int count)
    {
        lock (_gate)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_entries.Count >= count)
                reached.SetResult();
            else
                _waits.Add((count, reached));
            return reached.Task;
        }
    }
}
