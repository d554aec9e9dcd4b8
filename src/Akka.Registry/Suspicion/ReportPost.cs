using Akka.Registry.Cluster;
using Akka.Registry.Contracts;

namespace Akka.Registry.Suspicion;

/// <summary>Reports of this node's clients on their way to owners: one frame for each owner at a time. A machine.</summary>
/// <param name="batchMax">Reports in one frame.</param>
internal sealed class ReportPost(int batchMax)
{
    private readonly Dictionary<NodeUid, (NodeIdentity To, ForwardedReports Reports)> _collected = [];

    /// <summary>Whether something waits.</summary>
    public bool HasCollected => _collected.Count > 0;

    /// <summary>Takes a report.</summary>
    /// <returns>Whether its owner's frame is full, and is to be sent now.</returns>
    public bool Collect(NodeIdentity owner, ForwardedReport report)
    {
        if (!_collected.TryGetValue(owner.Uid, out var collected))
            _collected.Add(owner.Uid, collected = (owner, new ForwardedReports()));
        collected.Reports.Reports.Add(report);
        return collected.Reports.Reports.Count >= batchMax;
    }

    /// <summary>What waits; nothing does afterwards.</summary>
    public List<(NodeIdentity To, ForwardedReports Reports)> Take()
    {
        List<(NodeIdentity, ForwardedReports)> taken = [.. _collected.Values];
        _collected.Clear();
        return taken;
    }
}
