namespace Akka.Registry.Cluster.Membership;

/// <summary>What is held to be true of one member: the only thing that rumours are compared by.</summary>
/// <param name="State">How it stands.</param>
/// <param name="Incarnation">Of the member's own announcement that this builds on.</param>
/// <param name="AliveAs">What it announced itself as: the state itself, or what a suspicion or death covers up.</param>
internal readonly record struct Standing(MemberState State, ulong Incarnation, MemberState AliveAs)
    : IComparable<Standing>
{
    public bool IsCurrent => State is not (MemberState.Down or MemberState.Left);

    public bool IsSuspect => State is MemberState.Suspect;

    /// <summary>What a member says of itself.</summary>
    public static Standing Announced(MemberState state, ulong incarnation) => new(state, incarnation, state);

    /// <summary>This announcement, doubted by somebody.</summary>
    public Standing AsSuspect() => this with { State = MemberState.Suspect };

    /// <summary>This announcement, of a member that is dead.</summary>
    public Standing AsDown() => this with { State = MemberState.Down };

    /// <summary>
    /// SWIM's precedence, the one rule by which rumours are merged: whether the candidate replaces what is known.
    /// </summary>
    /// <remarks>
    /// SWIM, section 4.2: a higher incarnation wins; of one incarnation suspect overrides alive and death overrides
    /// both. Here a death may be refuted by a higher incarnation as a suspicion may, and having left is final. The
    /// order is total, so that merging is commutative, associative and idempotent.
    /// </remarks>
    public static bool Overrides(in Standing candidate, in Standing known) => candidate.CompareTo(known) > 0;

    /// <inheritdoc/>
    public int CompareTo(Standing other)
    {
        var isLeft = (State is MemberState.Left).CompareTo(other.State is MemberState.Left);
        if (isLeft != 0)
            return isLeft;
        var incarnation = Incarnation.CompareTo(other.Incarnation);
        if (incarnation != 0)
            return incarnation;
        var gravity = Gravity(State).CompareTo(Gravity(other.State));
        return gravity != 0 ? gravity : Progress(AliveAs).CompareTo(Progress(other.AliveAs));
    }

    /// <summary>
    /// 64 bits that differ, as good as certainly, for each member and each of its announcements; doubts leave them
    /// alone.
    /// </summary>
    public ulong Fingerprint(NodeUid uid) => Mix(uid.Value ^ Mix(Incarnation ^ Mix((ulong)AliveAs)));

    // The finalizer of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    private static int Gravity(MemberState state) => state switch
    {
        MemberState.Joining or MemberState.Up or MemberState.Leaving => 0,
        MemberState.Suspect => 1,
        MemberState.Down => 2,
        MemberState.Left => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "No such state."),
    };

    // A member never announces two states in one incarnation; should one do so, the later of its life counts.
    private static int Progress(MemberState announced) => announced switch
    {
        MemberState.Joining => 0,
        MemberState.Up => 1,
        MemberState.Leaving => 2,
        MemberState.Left => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(announced), announced, "No member announces this of itself."),
    };
}
