namespace Akka.Registry.Server.Consul.Blocking;

/// <summary>Whether a query blocks, for how long, and which index its answer bears: pure rules.</summary>
internal static class BlockingRule
{
    /// <summary>A wait grows by up to this share of itself, by chance.</summary>
    public const int JitterShare = 16;

    /// <summary>Whether the query waits: it knows an index, and nothing newer is there.</summary>
    /// <param name="given">The index that the client has; 0 for none.</param>
    /// <param name="current">The index of what it asks for.</param>
    public static bool Blocks(ulong given, long current) => given > 0 && given >= (ulong)current;

    /// <summary>How long it waits.</summary>
    /// <param name="asked">The client's <c>wait</c>; zero or less, and none, for the default.</param>
    /// <param name="options">Default and limit.</param>
    /// <param name="chance">0 to 1: how much of the jitter.</param>
    public static TimeSpan Patience(TimeSpan? asked, ConsulOptions options, double chance)
    {
        var wait = asked is { } given && given > TimeSpan.Zero ? given : options.Wait;
        if (wait > options.WaitMax)
            wait = options.WaitMax;
        return wait + (wait * (chance / JitterShare));
    }

    /// <summary>The index that an answer bears.</summary>
    /// <remarks>
    /// A client behind a load balancer may bring an index that another node has given, and this node's may be lower for the same
    /// content: for instance where the other began later. It gets its own back, so that what it sees never goes back. An index above
    /// everything that this node has seen is nobody's: the answer then bears the true one, lower as it is, and the client begins anew.
    /// </remarks>
    /// <param name="given">The index that the client has; 0 for none.</param>
    /// <param name="current">The index of what it asks for.</param>
    /// <param name="registry">The revision of the whole registry at this node.</param>
    public static long Shown(ulong given, long current, long registry) =>
        given <= (ulong)Math.Max(current, registry) ? Math.Max(current, (long)given) : current;
}
