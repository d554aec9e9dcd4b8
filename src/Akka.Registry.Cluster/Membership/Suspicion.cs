using Akka.Registry.Actors;

namespace Akka.Registry.Cluster.Membership;

/// <summary>One running suspicion: since when, by whom, until when.</summary>
/// <remarks>
/// Lifeguard's "dynamic suspicion timeout": it begins long and shrinks as distinct accusers confirm it.
/// </remarks>
internal sealed class Suspicion
{
    private readonly List<NodeUid> _accusers;
    private readonly int _confirmationsExpected;
    private readonly TimeSpan _max;
    private readonly TimeSpan _min;
    private Instant _begun;

    public Suspicion(Instant now, NodeUid accuser, TimeSpan min, TimeSpan max, int confirmationsExpected)
    {
        (_begun, _min, _max, _confirmationsExpected) = (now, min, max, confirmationsExpected);
        _accusers = [accuser];
        Deadline = Timeout();
    }

    /// <summary>When the suspect is dead.</summary>
    public Instant Deadline { get; private set; }

    /// <summary>Who raised it here.</summary>
    public NodeUid Accuser => _accusers[0];

    /// <summary>Takes another's accusation.</summary>
    /// <returns>False when it adds nothing: the accuser is known, or there are enough.</returns>
    public bool Confirm(NodeUid accuser)
    {
        if (_accusers.Count > _confirmationsExpected || _accusers.Contains(accuser))
            return false;
        _accusers.Add(accuser);
        ShortenTo(Timeout());
        return true;
    }

    /// <summary>Ends it by then at the latest.</summary>
    public void ShortenTo(Instant deadline)
    {
        if (deadline < Deadline)
            Deadline = deadline;
    }

    /// <summary>Lets it begin anew, with the accusers that it has.</summary>
    public void Restart(Instant now)
    {
        _begun = now;
        Deadline = Timeout();
    }

    private Instant Timeout() =>
        _begun + ClusterMath.SuspicionTimeout(_min, _max, _accusers.Count - 1, _confirmationsExpected);
}
