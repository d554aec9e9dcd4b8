using System.Collections.Concurrent;
using System.Text.Json;

namespace Akka.Registry.TestKit.History;

/// <summary>Takes events from any thread, and gives them in order of time.</summary>
public sealed class HistoryLog
{
    private readonly ConcurrentQueue<HistoryEvent> _events = new();

    /// <summary>Events so far.</summary>
    public int Count => _events.Count;

    /// <summary>Adds one.</summary>
    public void Add(HistoryEvent happened) => _events.Enqueue(happened);

    /// <summary>All so far, by time; those of one moment as they came.</summary>
    public IReadOnlyList<HistoryEvent> InOrder() => [.. _events.OrderBy(happened => happened.At)];

    /// <summary>Writes events as JSON, one a line.</summary>
    public static void Write(string path, IEnumerable<HistoryEvent> events) =>
        File.WriteAllLines(path, events.Select(happened => JsonSerializer.Serialize(happened)));

    /// <summary>Reads what <see cref="Write"/> wrote, to judge it again.</summary>
    public static IReadOnlyList<HistoryEvent> Read(string path) =>
        [.. File.ReadLines(path).Select(line => JsonSerializer.Deserialize<HistoryEvent>(line)!)];
}
