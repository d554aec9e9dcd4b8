using Akka.Registry.Contracts;

namespace Akka.Registry.Client.Reports;

/// <summary>
/// Failures that this client reports, as a machine: what failed in, frames out; each instance at most once an interval, whatever fails.
/// Time is handed in. Not safe on several threads.
/// </summary>
internal sealed class ReportBook(RegistryClientOptions options)
{
    /// <summary>What a node takes in one frame.</summary>
    private const int FrameReports = 256;

    private const int NameLengthMax = 512;

    private readonly Dictionary<(string Service, string Id, ulong Epoch), TimeSpan> _said = [];
    private readonly List<WireFailureReport> _due = [];
    private readonly List<(string, string, ulong)> _old = [];

    /// <summary>Reports that found no room: as many instances fail as are remembered.</summary>
    public long Dropped { get; private set; }

    /// <summary>A call to an instance failed. Allocates nothing while it was reported within the interval.</summary>
    /// <returns>Whether it is the first that is due since the last frames.</returns>
    public bool Report(string service, string id, ulong epoch, TimeSpan now)
    {
        var key = (service, id, epoch);
        if (_said.TryGetValue(key, out var at))
        {
            if (now - at < options.ReportInterval)
                return false;
        }
        else if (service.Length is 0 or > NameLengthMax || id.Length is 0 or > NameLengthMax || !HasRoom(now))
        {
            Dropped++;
            return false;
        }

        _said[key] = now;
        _due.Add(new WireFailureReport { Service = service, Instance = id, Epoch = epoch });
        return _due.Count == 1;
    }

    /// <summary>Frames of what is due; nothing is afterwards.</summary>
    public IReadOnlyList<Frame> Due()
    {
        if (_due.Count == 0)
            return [];
        var frames = new List<Frame>();
        foreach (var some in _due.Chunk(FrameReports))
            frames.Add(Frame.Of(FrameKind.FailureReports, new FailureReports { Reports = { some } }));
        _due.Clear();
        return frames;
    }

    private bool HasRoom(TimeSpan now)
    {
        if (_said.Count < options.ReportsMax)
            return true;
        foreach (var (key, at) in _said)
        {
            if (now - at >= options.ReportInterval)
                _old.Add(key);
        }

        foreach (var key in _old)
            _said.Remove(key);
        _old.Clear();
        return _said.Count < options.ReportsMax;
    }
}
