namespace Akka.Registry.Cluster.Membership;

/// <summary>Lifeguard's local health multiplier: how much this node mistrusts its own eyes.</summary>
internal sealed class LocalHealth
{
    /// <summary>0 (healthy) to <see cref="ClusterMath.LocalHealthMax"/>.</summary>
    public int Score { get; private set; }

    /// <returns>Whether the score changed.</returns>
    public bool Change(int by)
    {
        var before = Score;
        Score = Math.Clamp(Score + by, 0, ClusterMath.LocalHealthMax);
        return Score != before;
    }

    public TimeSpan Scale(TimeSpan span) => ClusterMath.ScaleByHealth(span, Score);
}
