using Akka.Registry.Actors;
using Akka.Registry.Cluster.Membership;

namespace Akka.Registry.Cluster.Tests.Membership;

/// <summary>
/// Any number of machines on one simulated network in virtual time, from one seed. Messages travel encoded.
/// </summary>
internal sealed class SimulatedSwim(int seed)
{
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _events = new();
    private readonly Dictionary<NodeAddress, SimulatedMember> _listening = [];
    private readonly HashSet<(NodeAddress From, NodeAddress To)> _cut = [];
    private readonly HashSet<(NodeAddress From, NodeAddress To)> _linked = [];
    private readonly HashSet<NodeAddress> _dark = [];
    private readonly Random _random = new(seed);
    private bool _changed;
    private long _order;
    private ulong _uids;

    public int Seed => seed;

    public TimeSpan Now { get; private set; }

    /// <summary>The share of messages that never arrive, 0 to 1.</summary>
    public double Loss { get; set; }

    public List<SimulatedMember> Members { get; } = [];

    public IEnumerable<SimulatedMember> Running => Members.Where(member => member.IsRunning);

    public SimulatedMember this[int index] => Members[index];

    public static NodeAddress AddressOf(int number) => new($"10.0.{number / 250}.{1 + (number % 250)}", 4053);

    /// <summary>Makes and starts members number 0 to <paramref name="count"/> - 1; the first three are seeds.</summary>
    public static SimulatedSwim Cluster(int seed, int count, ClusterOptions? options = null)
    {
        var swim = new SimulatedSwim(seed);
        for (var number = 0; number < count; number++)
            swim.Start(number, options, seeds: Math.Min(count, 3));
        return swim;
    }

    /// <summary>A cluster whose members are all up for each other.</summary>
    public static SimulatedSwim Formed(int seed, int count, ClusterOptions? options = null)
    {
        var swim = Cluster(seed, count, options);
        swim.RunUntil(() => swim.Running.All(member => member.Machine.HasJoined), TimeSpan.FromSeconds(30));
        foreach (var member in swim.Members)
            swim.Input(member, new SwimInput.AnnounceUp());
        swim.RunUntil(swim.IsWhole, TimeSpan.FromSeconds(60));
        return swim;
    }

    /// <summary>Starts a process of a new uid at that number's address, in place of the one that ran there.</summary>
    public SimulatedMember Start(int number, ClusterOptions? options = null, int seeds = 3, NodeUid? uid = null)
    {
        var address = AddressOf(number);
        var settings = SwimSettings.Of((options ?? new ClusterOptions()) with
        {
            SeedNodes = [.. Enumerable.Range(0, seeds).Select(seedNumber => AddressOf(seedNumber).ToString())],
        });
        var identity = new NodeIdentity(uid ?? new NodeUid(0x1000 + ++_uids), $"node-{number}", address);
        var member = new SimulatedMember(identity, new SwimMachine(identity, settings, new Random(_random.Next())));
        Members.Add(member);
        _listening[address] = member;
        _dark.Remove(address);
        Input(member, new SwimInput.Start());
        return member;
    }

    /// <summary>Whether a process runs at that number's address.</summary>
    public bool Runs(int number) => _listening.ContainsKey(AddressOf(number));

    /// <summary>As kill -9: the port is closed, and whoever held a link learns that it broke.</summary>
    public void Kill(SimulatedMember member)
    {
        member.IsRunning = false;
        _listening.Remove(member.Address);
        foreach (var (from, to) in _linked.Where(link => link.To == member.Address).ToList())
        {
            _linked.Remove((from, to));
            Break(from, to);
        }
    }

    /// <summary>As a power cut: the host is gone, and nobody is told.</summary>
    public void CutPower(SimulatedMember member)
    {
        member.IsRunning = false;
        _listening.Remove(member.Address);
        _dark.Add(member.Address);
    }

    public void Pause(SimulatedMember member) => member.IsPaused = true;

    public void Resume(SimulatedMember member)
    {
        member.IsPaused = false;
        var held = member.Held.ToList();
        member.Held.Clear();
        foreach (var input in held)
            Input(member, input);
    }

    /// <summary>Packets between the two groups vanish from now on, both ways.</summary>
    public void Partition(IEnumerable<SimulatedMember> left, IEnumerable<SimulatedMember> right)
    {
        foreach (var (a, b) in left.SelectMany(a => right.Select(b => (a.Address, b.Address))))
        {
            _cut.Add((a, b));
            _cut.Add((b, a));
        }
    }

    public void CutOneWay(SimulatedMember from, SimulatedMember to) => _cut.Add((from.Address, to.Address));

    public void Heal() => _cut.Clear();

    /// <summary>Every connection between the two breaks now; new ones can be made.</summary>
    public void Reset(SimulatedMember one, SimulatedMember other)
    {
        Break(one.Address, other.Address);
        Break(other.Address, one.Address);
    }

    public void RunFor(TimeSpan span)
    {
        var end = Now + span;
        while (_events.TryPeek(out _, out var next) && next.At <= end)
            RunOne();
        Now = end;
    }

    /// <summary>Runs until it holds, looking whenever some member's view has changed.</summary>
    /// <returns>How long it took.</returns>
    public TimeSpan RunUntil(Func<bool> condition, TimeSpan limit)
    {
        var begun = Now;
        while (!condition())
        {
            _changed = false;
            while (!_changed)
            {
                if (Now - begun > limit || _events.Count == 0)
                    throw new TimeoutException($"Seed {seed}: not within {limit}. At {Now}:\n{Describe()}");
                RunOne();
            }
        }

        return Now - begun;
    }

    /// <summary>Whether every running member sees exactly the running ones as current, each up.</summary>
    public bool IsWhole()
    {
        var running = Running.Where(member => !member.IsPaused).Select(member => member.Uid).ToHashSet();
        return Running.All(member => member.IsPaused || Sees(member, running));
    }

    /// <summary>Whether the member sees exactly these as current, each up.</summary>
    public static bool Sees(SimulatedMember member, IEnumerable<SimulatedMember> others) =>
        Sees(member, others.Select(other => other.Uid).ToHashSet());

    private static bool Sees(SimulatedMember member, HashSet<NodeUid> others)
    {
        var count = 0;
        foreach (var known in member.Machine.View.Members)
        {
            if (!known.IsCurrent)
                continue;
            if (known.State is not MemberState.Up || !others.Contains(known.Node.Uid))
                return false;
            count++;
        }

        return count == others.Count;
    }

    public void Input(SimulatedMember member, SwimInput input)
    {
        if (!member.IsRunning)
            return;
        if (member.IsPaused)
        {
            member.Held.Add(input);
            return;
        }

        foreach (var effect in member.Machine.Handle(input, new Instant(Now.Ticks)))
        {
            _changed |= effect is not SwimEffect.Send;
            Do(member, effect);
        }

        ArmWakeUp(member);
    }

    public string Describe() => string.Join('\n', Running.Select(
        member => $"{member.Identity}: {string.Join(", ", member.Machine.View.Members.Select(Describe))}"));

    /// <summary>Whether every running member sees the other in that state.</summary>
    public bool EveryoneSees(SimulatedMember other, MemberState state) =>
        Running.All(member => member.StateOf(other) == state);

    private static string Describe(Member member) => $"{member.Node.Uid} {member.State}@{member.Incarnation}";

    private void Do(SimulatedMember member, SwimEffect effect)
    {
        switch (effect)
        {
            case SwimEffect.Send send:
                Send(member, send.To, send.Message);
                break;
            case SwimEffect.Noted noted:
                member.Events.Add((Now, noted.Event));
                break;
            case SwimEffect.Publish publish:
                member.Changes.Add((Now, publish.Changed));
                break;
            case SwimEffect.LeaveSpread:
                member.LeaveSpreadAt = Now;
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private void Send(SimulatedMember sender, NodeAddress to, SwimMessage message)
    {
        var frame = SwimCodec.Encode(message);
        sender.Sent++;
        sender.SentBytes += frame.WireBytes;
        if (_cut.Contains((sender.Address, to)) || _dark.Contains(to) || _random.NextDouble() < Loss)
            return;
        if (!_listening.TryGetValue(to, out var receiver))
        {
            Break(sender.Address, to);
            return;
        }

        _linked.Add((sender.Address, to));
        After(Latency(), () =>
        {
            if (!SwimCodec.TryDecode(frame, out var read, out var malformed) || malformed > 0)
                throw new InvalidOperationException($"Seed {seed}: {message} does not survive the wire.");
            if (!_cut.Contains((sender.Address, to)))
                Input(receiver, new SwimInput.Received(sender.Identity, read));
        });
    }

    private void Break(NodeAddress from, NodeAddress to) => After(Latency(), () =>
    {
        if (_listening.TryGetValue(from, out var member))
            Input(member, new SwimInput.LinkBroken(to));
    });

    private void ArmWakeUp(SimulatedMember member)
    {
        if (member.Machine.NextDeadline is not { } next || (member.WakeUpAt is { } armed && armed <= next))
            return;
        member.WakeUpAt = next;
        var at = new TimeSpan(next.Ticks);
        After(at > Now ? at - Now : TimeSpan.Zero, () =>
        {
            if (member.WakeUpAt != next)
                return;
            member.WakeUpAt = null;
            Input(member, new SwimInput.DeadlineReached());
        });
    }

    private TimeSpan Latency() => TimeSpan.FromMicroseconds(200 + _random.Next(1_800));

    private void After(TimeSpan delay, Action action) => _events.Enqueue(action, (Now + delay, _order++));

    private void RunOne()
    {
        _events.TryDequeue(out var action, out var when);
        Now = when.At;
        action!();
    }
}

/// <summary>One process in the simulation.</summary>
internal sealed class SimulatedMember(NodeIdentity identity, SwimMachine machine)
{
    public NodeIdentity Identity { get; } = identity;

    public NodeUid Uid => Identity.Uid;

    public NodeAddress Address => Identity.Address;

    public SwimMachine Machine { get; } = machine;

    public bool IsRunning { get; set; } = true;

    public bool IsPaused { get; set; }

    public List<SwimInput> Held { get; } = [];

    public Instant? WakeUpAt { get; set; }

    public long Sent { get; set; }

    public long SentBytes { get; set; }

    public TimeSpan? LeaveSpreadAt { get; set; }

    public List<(TimeSpan At, SwimEvent What)> Events { get; } = [];

    public List<(TimeSpan At, MembershipChanged What)> Changes { get; } = [];

    /// <summary>How this member sees the other; null when it does not know it.</summary>
    public MemberState? StateOf(SimulatedMember other) => Machine.View.Find(other.Uid)?.State;

    /// <summary>Every state in which this member has ever published the other, in order.</summary>
    public IEnumerable<MemberState> StatesSeenOf(SimulatedMember other) =>
        from change in Changes
        from one in change.What.Changes
        where one.After?.Node.Uid == other.Uid
        select one.After!.State;
}
