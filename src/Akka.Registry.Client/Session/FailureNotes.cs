namespace Akka.Registry.Client.Session;

/// <summary>Why sessions could not be opened, node by node: so that what goes on is logged once, not with each attempt.</summary>
internal sealed class FailureNotes
{
    /// <summary>More nodes than a client knows; past it the notes begin anew.</summary>
    private const int NodesMax = 1_024;

    private readonly Dictionary<NodeEndpoint, string> _reasons = [];

    /// <summary>Why the last attempt failed, as a sentence; null since a session was open.</summary>
    public string? Latest { get; private set; }

    /// <summary>Whether the last attempt reached a node, which refused.</summary>
    public bool IsRefusal { get; private set; }

    /// <summary>An attempt failed.</summary>
    /// <returns>Whether the node gives another reason than the last time.</returns>
    public bool Note(NodeEndpoint node, string reason, bool isRefusal)
    {
        (Latest, IsRefusal) = (reason, isRefusal);
        if (_reasons.TryGetValue(node, out var known) && string.Equals(known, reason, StringComparison.Ordinal))
            return false;
        if (_reasons.Count >= NodesMax)
            _reasons.Clear();
        _reasons[node] = reason;
        return true;
    }

    /// <summary>A session is open with a node: whatever it does next is news.</summary>
    public void Opened(NodeEndpoint node)
    {
        (Latest, IsRefusal) = (null, false);
        _reasons.Remove(node);
    }
}
