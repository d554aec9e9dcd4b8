namespace Akka.Registry.Server.Consul.Blocking;

/// <summary>Whether a query waits, for what and for how long, and which index its answer bears: pure rules.</summary>
internal static class BlockingRule
{
    /// <summary>A wait grows by up to this share of itself, by chance.</summary>
    public const int JitterShare = 16;

    /// <summary>What a query does at first.</summary>
    /// <remarks>
    /// <para>An index is of what a client can see; a revision is of everything, a registration as it was included. Who brings this node's
    /// own index is as far as this node, and waits for the next one. Who brings a higher one has it from another node, or made it up.</para>
    /// <para>Another node's index says nothing of what this node has shown: it may have seen two changes at once that undid each other,
    /// the first of which the client knows from elsewhere. So where this node has gone on since, it answers; and where it has not, any
    /// movement is news, but one to that very index: then this node has caught up, and the index is its own.</para>
    /// </remarks>
    /// <param name="given">The index that the client has; 0 for none.</param>
    /// <param name="index">The index of what it asks for.</param>
    /// <param name="revision">The revision of what it asks for.</param>
    public static BlockingStep First(ulong given, long index, long revision)
    {
        if (given == 0 || given < (ulong)index)
            return BlockingStep.Answer;
        if (given == (ulong)index)
            return BlockingStep.AwaitIndex;
        return given < (ulong)revision ? BlockingStep.AnswerUnsure : BlockingStep.AwaitMovement;
    }

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

    /// <summary>
    /// So far above everything that this node has seen may an index of another node be: each time one is outdone that was given
    /// elsewhere, it grows by one.
    /// </summary>
    public const int ForeignMargin = 64;

    /// <summary>The index of an answer that comes because the time is over: what the client has, where a node can have given it.</summary>
    /// <remarks>An index above everything that this node has seen is nobody's: the client gets the true one, and begins anew.</remarks>
    /// <param name="given">The index that the client has.</param>
    /// <param name="index">The index of what it asks for.</param>
    /// <param name="registry">The revision of the whole registry at this node.</param>
    public static long AfterWait(ulong given, long index, long registry) =>
        given > (ulong)Math.Max(index, registry + ForeignMargin) ? index : Math.Max(index, (long)given);

    /// <summary>The index of an answer to who brought another node's index: above it, since clients take an equal one for no news.</summary>
    /// <param name="given">The index that the client has.</param>
    /// <param name="index">The index of what it asks for.</param>
    /// <param name="revision">The revision of what it asks for.</param>
    /// <param name="registry">The revision of the whole registry at this node.</param>
    public static long AfterMovement(ulong given, long index, long revision, long registry) =>
        given > (ulong)Math.Max(index, registry + ForeignMargin) ? index : Math.Max(Math.Max(index, revision), (long)given + 1);
}

/// <summary>What a query does.</summary>
internal enum BlockingStep
{
    /// <summary>There is news.</summary>
    Answer,

    /// <summary>There may be.</summary>
    AnswerUnsure,

    /// <summary>It waits for the index to grow.</summary>
    AwaitIndex,

    /// <summary>It waits for anything to move.</summary>
    AwaitMovement,
}
