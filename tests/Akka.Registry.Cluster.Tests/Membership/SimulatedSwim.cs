using Akka.Registry.Actors;
using Akka.Registry.Cluster.Membership;
using Akka.Registry.Contracts;

namespace Akka.Registry.Cluster.Tests.Membership;

/// <summary>
/// Any number of machines on one simulated network in virtual time, from one seed. Messages travel encoded.
/// </summary>
internal sealed class SimulatedSwim(int seed)
{
    private readonly PriorityQueue<Event, (TimeSpan At, long Order)> _events = new(EarliestFirst.Instance);
    private readonly Dictionary<NodeAddress, SimulatedMember> _listening = [];
    private readonly Dictionary<NodeAddress, NodeAddress> _aliases = [];
    private readonly Dictionary<NodeAddress, List<SimulatedMember>> _shared = [];
    private readonly HashSet<(NodeAddress From, NodeAddress To)> _cut = [];
    private readonly HashSet<NodeAddress> _dark = [];
    private readonly Random _random = new(seed);
    private bool _changed;
    private long _order;
    private ulong _uids;

    public int Seed => seed;

    public TimeSpan Now { get; private set; }

    /// <summary>The share of messages that never arrive, 0 to 1.</summary>
    public double Loss { get; set; }

    /// <summary>The rules of every member that starts from now on.</summary>
    public MembershipRules Rules { get; init; } = MembershipRules.All;

    /// <summary>
    /// For large runs: messages travel as they are, with their bytes reckoned (a codec's test says that both count the
    /// same), and members keep no history.
    /// </summary>
    public bool IsLight { get; init; }

    /// <summary>Told of each effect when it happens; it may tell members something, and not at once.</summary>
    public Action<SimulatedMember, SwimEffect>? Observer { get; set; }

    public List<SimulatedMember> Members { get; } = [];

    public IEnumerable<SimulatedMember> Running => Members.Where(member => member.IsRunning);

    public SimulatedMember this[int index] => Members[index];

    public static NodeAddress AddressOf(int number) => new($"10.0.{number / 250}.{1 + (number % 250)}", 4053);

    /// <summary>Makes and starts members number 0 to <paramref name="count"/> - 1; the first three are seeds.</summary>
    public static SimulatedSwim Cluster(
        int seed,
        int count,
        ClusterOptions? options = null,
        MembershipRules? rules = null,
        bool isLight = false)
    {
        var swim = new SimulatedSwim(seed) { Rules = rules ?? MembershipRules.All, IsLight = isLight };
        for (var number = 0; number < count; number++)
            swim.Start(number, options, seeds: Math.Min(count, 3));
        return swim;
    }

    /// <summary>A cluster whose members are all up for each other.</summary>
    public static SimulatedSwim Formed(
        int seed,
        int count,
        ClusterOptions? options = null,
        MembershipRules? rules = null,
        bool isLight = false)
    {
        var swim = Cluster(seed, count, options, rules, isLight);
        swim.RunUntil(() => swim.Running.All(member => member.Machine.HasJoined), TimeSpan.FromSeconds(30));
        foreach (var member in swim.Members)
            swim.Input(member, new SwimInput.AnnounceUp());
        swim.RunUntil(swim.IsWhole, TimeSpan.FromSeconds(60));
        return swim;
    }

    /// <summary>
    /// A cluster whose members know each other as up from the first moment, as if they had joined long ago: how a large one
    /// began is not what is looked at.
    /// </summary>
    public static SimulatedSwim Established(
        int seed, int count, ClusterOptions? options = null, MembershipRules? rules = null, bool isLight = true)
    {
        var swim = Cluster(seed, count, options, rules, isLight);
        var all = swim.Members.Select(member => new Rumour(member.Identity, Standing.Announced(MemberState.Up, 2))).ToList();
        for (var number = 0; number < count; number++)
        {
            var (member, others) = (swim[number], all.Where((_, index) => index != number));
            var via = swim[number == 0 ? 1 : 0].Identity;
            swim.Input(member, new SwimInput.Received(via, new SwimMessage.Sync(false, false, [.. others])));
            swim.Input(member, new SwimInput.AnnounceUp());
        }

        swim.RunFor(TimeSpan.FromSeconds(5));
        return swim;
    }

    /// <summary>Starts a process of a new uid at that number's address, in place of the one that ran there.</summary>
    public SimulatedMember Start(int number, ClusterOptions? options = null, int seeds = 3, NodeUid? uid = null) =>
        Start(number, Enumerable.Range(0, seeds).Select(seedNumber => AddressOf(seedNumber).ToString()), options, uid);

    /// <summary>As the other, with the seeds as they stand in the settings.</summary>
    public SimulatedMember Start(
        int number, IEnumerable<string> seedNodes, ClusterOptions? options = null, NodeUid? uid = null)
    {
        var address = AddressOf(number);
        var settings = SwimSettings.Of((options ?? new ClusterOptions()) with { SeedNodes = [.. seedNodes] }) with
        {
            Rules = Rules,
        };
        var identity = new NodeIdentity(uid ?? new NodeUid(0x1000 + ++_uids), $"node-{number}", address);
        var member = new SimulatedMember(identity, new SwimMachine(identity, settings, new Random(_random.Next())));
        Members.Add(member);
        _listening[address] = member;
        _dark.Remove(address);
        Input(member, new SwimInput.Start());
        return member;
    }

    /// <summary>Another name of that number's address.</summary>
    public void AddAlias(NodeAddress alias, int number) => _aliases[alias] = AddressOf(number);

    /// <summary>
    /// One more process that advertises that number's address: what is sent there reaches one or the other, as behind a
    /// load balancer.
    /// </summary>
    public SimulatedMember StartShared(int number, NodeUid? uid = null)
    {
        var first = _listening[AddressOf(number)];
        var second = Start(number, uid: uid);
        _shared[second.Address] = [first, second];
        return second;
    }

    /// <summary>Whether a process runs at that number's address.</summary>
    public bool Runs(int number) => _listening.ContainsKey(AddressOf(number));

    /// <summary>As kill -9: the port is closed, and whoever held a link learns that it broke.</summary>
    public void Kill(SimulatedMember member)
    {
        member.IsRunning = false;
        _listening.Remove(member.Address);
        if (_shared.Remove(member.Address, out var sharing))
            _listening[member.Address] = sharing.Find(other => other != member)!;
        foreach (var from in member.LinkedFrom)
            Break(from.Address, member.Address);
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

    /// <summary>
    /// As slow processing of messages does: whatever it sends, and whatever is sent to it, waits, while its timers run.
    /// </summary>
    public void Stall(SimulatedMember member) => member.Waiting = [];

    public void Unstall(SimulatedMember member)
    {
        var waiting = member.Waiting!;
        member.Waiting = null;
        foreach (var (to, message) in waiting)
        {
            if (to is null)
                Input(member, new SwimInput.Received(message.From, message.What));
            else
                Send(member, to, message.What);
        }
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
            Observer?.Invoke(member, effect);
            Do(member, effect);
        }

        ArmWakeUp(member);
    }

    /// <summary>As <see cref="Input"/>, a moment later: what an observer may do.</summary>
    public void Tell(SimulatedMember member, SwimInput input) => After(Latency(), new Event.Told(member, input));

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
            case SwimEffect.Noted or SwimEffect.Publish when IsLight:
                break; // Only the observer has seen it.
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

    private void Send(SimulatedMember sender, NodeAddress name, SwimMessage message)
    {
        if (sender.Waiting is { } waiting)
        {
            waiting.Add((name, (sender.Identity, message)));
            return;
        }

        var to = _aliases.Count > 0 ? _aliases.GetValueOrDefault(name, name) : name;
        var frame = IsLight ? default : SwimCodec.Encode(message);
        sender.Sent++;
        sender.SentBytes += IsLight ? SwimCodec.FrameBytes(message) : frame.WireBytes;
        if (IsCut(sender.Address, to) || (_dark.Count > 0 && _dark.Contains(to)))
            return;
        if (!_listening.TryGetValue(to, out var receiver))
        {
            Break(sender.Address, to);
            return;
        }

        if (_shared.Count > 0 && _shared.TryGetValue(to, out var sharing))
            receiver = sharing[_random.Next(sharing.Count)];
        if (_random.NextDouble() >= (1 - Loss) * (1 - sender.Loss) * (1 - receiver.Loss))
            return;
        receiver.LinkedFrom.Add(sender);
        After(Latency(), new Event.Arrival(receiver, sender, frame, IsLight ? message : null));
    }

    private bool IsCut(NodeAddress from, NodeAddress to) => _cut.Count > 0 && _cut.Contains((from, to));

    private void Arrive(Event.Arrival arrival)
    {
        if (IsCut(arrival.Sender.Address, arrival.Receiver.Address))
            return;
        var message = arrival.Message;
        if (message is null && (!SwimCodec.TryDecode(arrival.Frame, out message, out var malformed) || malformed > 0))
            throw new InvalidOperationException($"Seed {seed}: {message} does not survive the wire.");
        if (arrival.Receiver.Waiting is { } waiting)
            waiting.Add((null, (arrival.Sender.Identity, message)));
        else
            Input(arrival.Receiver, new SwimInput.Received(arrival.Sender.Identity, message));
    }

    private void Break(NodeAddress from, NodeAddress to) => After(Latency(), new Event.Break(from, to));

    private void ArmWakeUp(SimulatedMember member)
    {
        if (member.Machine.NextDeadline is not { } next || (member.WakeUpAt is { } armed && armed <= next))
            return;
        member.WakeUpAt = next;
        var at = new TimeSpan(next.Ticks);
        After(at > Now ? at - Now : TimeSpan.Zero, new Event.WakeUp(member, next));
    }

    private TimeSpan Latency() => TimeSpan.FromMicroseconds(200 + _random.Next(1_800));

    private void After(TimeSpan delay, Event what) => _events.Enqueue(what, (Now + delay, _order++));

    private void RunOne()
    {
        _events.TryDequeue(out var what, out var when);
        Now = when.At;
        switch (what)
        {
            case Event.Arrival arrival:
                Arrive(arrival);
                break;
            case Event.WakeUp wakeUp:
                if (wakeUp.Member.WakeUpAt != wakeUp.At)
                    break; // Another one took its place.
                wakeUp.Member.WakeUpAt = null;
                Input(wakeUp.Member, new SwimInput.DeadlineReached());
                break;
            case Event.Told told:
                Input(told.Member, told.Input);
                break;
            case Event.Break broken:
                if (_listening.TryGetValue(broken.From, out var member))
                    Input(member, new SwimInput.LinkBroken(broken.To));
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private sealed class EarliestFirst : IComparer<(TimeSpan At, long Order)>
    {
        public static EarliestFirst Instance { get; } = new();

        public int Compare((TimeSpan At, long Order) x, (TimeSpan At, long Order) y)
        {
            var at = x.At.CompareTo(y.At);
            return at != 0 ? at : x.Order.CompareTo(y.Order);
        }
    }

    private abstract record Event
    {
        public sealed record Arrival(
            SimulatedMember Receiver, SimulatedMember Sender, Frame Frame, SwimMessage? Message) : Event;

        public sealed record WakeUp(SimulatedMember Member, Instant At) : Event;

        public sealed record Break(NodeAddress From, NodeAddress To) : Event;

        public sealed record Told(SimulatedMember Member, SwimInput Input) : Event;
    }
}
