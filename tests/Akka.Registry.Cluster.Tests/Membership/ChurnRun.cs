using Akka.Registry.Cluster.Membership;

namespace Akka.Registry.Cluster.Tests.Membership;

/// <summary>A cluster in which members are killed and new ones join, evenly in time, and what that costs.</summary>
internal sealed class ChurnRun
{
    private readonly Dictionary<NodeUid, Death> _deaths = [];
    private readonly TimeSpan _length;
    private readonly Random _random;
    private readonly double _share;
    private readonly SimulatedSwim _swim;
    private int _next;

    /// <param name="seed">Decides all that is left to chance.</param>
    /// <param name="count">Members at any time.</param>
    /// <param name="share">Of the members that are killed, and of those that join, in a minute.</param>
    /// <param name="length">How long.</param>
    public ChurnRun(int seed, int count, double share, TimeSpan length)
    {
        (_share, _length, _random, _next) = (share, length, new Random(seed), count);
        _swim = SimulatedSwim.Established(seed, count);
        Count = count;
        _swim.Observer = Observe;
    }

    public int Count { get; }

    public int Joins { get; private set; }

    public int Kills => _deaths.Count;

    /// <summary>Declarations of death of members that live, by anyone.</summary>
    public int FalsePositives { get; private set; }

    public double MessagesPerSecond { get; private set; }

    public double BytesPerSecond { get; private set; }

    /// <summary>The longest time from the kill of a process to the first and to the last who declared it dead.</summary>
    public (TimeSpan First, TimeSpan All) Killed => Longest(wasPowerCut: false);

    /// <summary>The same of hosts that were gone without a word.</summary>
    public (TimeSpan First, TimeSpan All) Lost => Longest(wasPowerCut: true);

    /// <summary>Members that lived through a death and were never told of it.</summary>
    public int Unheard => _deaths.Values.Sum(death => death.Unaware.Count(member => member.IsRunning));

    private (TimeSpan First, TimeSpan All) Longest(bool wasPowerCut)
    {
        var longest = (First: TimeSpan.Zero, All: TimeSpan.Zero);
        foreach (var death in _deaths.Values.Where(death => death.WasPowerCut == wasPowerCut && death.Unaware.Count == 0))
        {
            longest = (Max(longest.First, death.FirstAt - death.At), Max(longest.All, death.LastAt - death.At));
        }

        return longest;

        static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
    }

    public void Run()
    {
        var (sent, bytes) = (_swim.Members.Sum(member => member.Sent), _swim.Members.Sum(member => member.SentBytes));
        var begun = _swim.Now;
        var events = (int)Math.Round(_share * Count * _length.TotalMinutes);
        var step = _length / Math.Max(1, events);
        for (var i = 0; i < events; i++)
        {
            Kill();
            _swim.RunFor(step / 2);
            Join();
            _swim.RunFor(step / 2);
        }

        _swim.RunFor(begun + _length - _swim.Now);
        (sent, bytes) = (_swim.Members.Sum(member => member.Sent) - sent, _swim.Members.Sum(member => member.SentBytes) - bytes);
        (MessagesPerSecond, BytesPerSecond) = (sent / _length.TotalSeconds / Count, bytes / _length.TotalSeconds / Count);
        _swim.RunFor(ClusterMath.DetectionTime(Count, Count - 1, new FailureDetectorOptions())); // The last one is found too.
        foreach (var death in _deaths.Values)
            death.Unaware.RemoveWhere(member => !member.IsRunning);
    }

    // Seeds stay, so that whoever joins finds somebody; half die as processes, half as hosts.
    private void Kill()
    {
        var candidates = _swim.Running.Where(member => member.Identity.Name is not ("node-0" or "node-1" or "node-2")).ToList();
        if (candidates.Count == 0)
            return;
        var victim = candidates[_random.Next(candidates.Count)];
        var knowing = _swim.Running.Where(member => member != victim && member.StateOf(victim) is not null);
        var death = new Death(_swim.Now, [.. knowing], WasPowerCut: _deaths.Count % 2 == 1);
        _deaths.Add(victim.Uid, death);
        if (death.WasPowerCut)
            _swim.CutPower(victim);
        else
            _swim.Kill(victim);
    }

    private void Join()
    {
        _swim.Start(_next++);
        Joins++;
    }

    private void Observe(SimulatedMember observer, SwimEffect effect)
    {
        if (effect is SwimEffect.Publish { Changed: var changed } && changed.View.HasJoined && !observer.IsAnnounced)
        {
            observer.IsAnnounced = true;
            _swim.Tell(observer, new SwimInput.AnnounceUp());
        }

        if (effect is not SwimEffect.Noted { Event: SwimEvent.MemberDown down })
            return;
        if (!_deaths.TryGetValue(down.Node.Uid, out var death))
        {
            FalsePositives++;
            return;
        }

        if (!death.Unaware.Contains(observer))
            return; // It came later, or heard of it a second time.

        if (death.FirstAt == TimeSpan.Zero)
            death.FirstAt = _swim.Now;
        death.Unaware.Remove(observer);
        death.LastAt = _swim.Now;
    }

    private sealed record Death(TimeSpan At, HashSet<SimulatedMember> Unaware, bool WasPowerCut)
    {
        public TimeSpan FirstAt { get; set; }

        public TimeSpan LastAt { get; set; }
    }
}
