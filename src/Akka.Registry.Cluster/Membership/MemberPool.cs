namespace Akka.Registry.Cluster.Membership;

/// <summary>
/// Members that chance picks from. Adding, removing and picking one cost the same whatever the number of members.
/// </summary>
internal sealed class MemberPool
{
    private readonly List<MemberEntry> _members = [];

    public int Count => _members.Count;

    public MemberEntry this[int index] => _members[index];

    public void Add(MemberEntry member)
    {
        member.PoolIndex = _members.Count;
        _members.Add(member);
    }

    public void Remove(MemberEntry member)
    {
        var last = _members[^1];
        _members[member.PoolIndex] = last;
        last.PoolIndex = member.PoolIndex;
        member.PoolIndex = -1;
        _members.RemoveAt(_members.Count - 1);
    }

    /// <summary>
    /// Picks distinct members, each as likely as any other: the first steps of a Fisher-Yates shuffle.
    /// </summary>
    /// <param name="random">The chance.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="except">Whom never.</param>
    /// <param name="suspectsToo">Whether suspects count.</param>
    /// <param name="picked">Emptied, then filled.</param>
    public void Pick(Random random, int count, NodeUid except, bool suspectsToo, List<MemberEntry> picked)
    {
        picked.Clear();
        for (var i = 0; i < _members.Count && picked.Count < count; i++)
        {
            Swap(i, random.Next(i, _members.Count));
            var member = _members[i];
            if (member.Uid != except && (suspectsToo || !member.Standing.IsSuspect))
                picked.Add(member);
        }
    }

    private void Swap(int left, int right)
    {
        (_members[left], _members[right]) = (_members[right], _members[left]);
        _members[left].PoolIndex = left;
        _members[right].PoolIndex = right;
    }
}
