using Akka.Registry.Actors;
using Akka.Registry.Cluster.Membership;
using Shouldly;

namespace Akka.Registry.Cluster.Tests.Membership;

/// <summary>One machine and the test's hand on its clock; all effects since the last look are kept.</summary>
internal sealed class MachineRig
{
    private readonly List<SwimEffect> _effects = [];

    public MachineRig(SwimSettings? settings = null, string[]? seeds = null, int seed = 1, ulong uid = 1)
    {
        Settings = (settings ?? SwimSettings.Of(new ClusterOptions())) with
        {
            Seeds = SwimSettings.Of(new ClusterOptions { SeedNodes = seeds ?? [] }).Seeds,
        };
        Self = Node(uid, 1);
        Machine = new SwimMachine(Self, Settings, new Random(seed));
    }

    public SwimSettings Settings { get; }

    public NodeIdentity Self { get; }

    public SwimMachine Machine { get; }

    public Instant Now { get; private set; }

    public static NodeIdentity Node(ulong uid, int? host = null) =>
        new(new NodeUid(uid), $"node-{host ?? (int)uid}", AddressOf(host ?? (int)uid));

    public static NodeAddress AddressOf(int host) => new($"10.0.0.{host}", 4053);

    public static Rumour Up(NodeIdentity node, ulong incarnation = 1) => Says(node, MemberState.Up, incarnation);

    public static Rumour Says(NodeIdentity node, MemberState announced, ulong incarnation = 1) =>
        new(node, Standing.Announced(announced, incarnation));

    public static Rumour Suspects(NodeIdentity node, ulong accuser, ulong incarnation = 1) =>
        new(node, Standing.Announced(MemberState.Up, incarnation).AsSuspect()) { Accuser = new NodeUid(accuser) };

    public static Rumour Down(NodeIdentity node, ulong accuser = 0, ulong incarnation = 1) =>
        new(node, Standing.Announced(MemberState.Up, incarnation).AsDown()) { Accuser = new NodeUid(accuser) };

    /// <summary>
    /// A machine that formed a cluster, is up, and knows nodes 2 to <paramref name="others"/> + 1 as up; nothing is
    /// left to tell.
    /// </summary>
    public static MachineRig Member(int others, SwimSettings? settings = null, int seed = 1)
    {
        var rig = new MachineRig(settings, seed: seed);
        rig.Input(new SwimInput.Start());
        rig.Input(new SwimInput.AnnounceUp());
        for (var uid = 2UL; uid < 2 + (ulong)others; uid++)
            rig.Receive(Node(uid), new SwimMessage.Sync(ReplyWanted: false, Joining: false, [Up(Node(uid))]));
        rig.Settle();
        return rig;
    }

    /// <summary>Answers every ping until all rumours have gone out as often as they may.</summary>
    public void Settle()
    {
        for (var second = 0; second < 30; second++)
            AdvanceAnswering(TimeSpan.FromSeconds(1));
        Take();
    }

    public void Input(SwimInput input) => _effects.AddRange(Machine.Handle(input, Now));

    public void Receive(NodeIdentity from, SwimMessage message) => Input(new SwimInput.Received(from, message));

    public void Hear(ulong from, params Rumour[] rumours) => Receive(Node(from), new SwimMessage.Gossip([.. rumours]));

    /// <summary>Lets time pass, with a step at every deadline on the way.</summary>
    public void Advance(TimeSpan span)
    {
        var end = Now + span;
        while (Machine.NextDeadline is { } next && next <= end)
        {
            Now = next > Now ? next : Now;
            Input(new SwimInput.DeadlineReached());
        }

        Now = end;
    }

    /// <summary>As <see cref="Advance"/>, and whoever is pinged answers at once.</summary>
    public void AdvanceAnswering(TimeSpan span)
    {
        var end = Now + span;
        while (Machine.NextDeadline is { } next && next <= end)
        {
            Now = next > Now ? next : Now;
            var before = _effects.Count;
            Input(new SwimInput.DeadlineReached());
            foreach (var (to, ping) in Sends<SwimMessage.Ping>(_effects.Skip(before)).ToList())
                Answer(to, ping);
        }

        Now = end;
    }

    /// <summary>Time passes while the machine does not run.</summary>
    public void Sleep(TimeSpan span) => Now += span;

    /// <summary>Lets time pass until the machine sends such a message, and gives the first one.</summary>
    public (NodeAddress To, TMessage Message) AdvanceTo<TMessage>(TimeSpan? limit = null)
        where TMessage : SwimMessage
    {
        var end = Now + (limit ?? TimeSpan.FromSeconds(60));
        while (Machine.NextDeadline is { } next && next <= end)
        {
            Now = next > Now ? next : Now;
            var before = _effects.Count;
            Input(new SwimInput.DeadlineReached());
            if (Sends<TMessage>(_effects.Skip(before)).ToList() is [var first, ..])
                return first;
        }

        throw new ShouldAssertException($"No {typeof(TMessage).Name} until {end}.");
    }

    /// <summary>The pinged node answers.</summary>
    public void Answer(NodeAddress to, SwimMessage.Ping ping)
    {
        var node = Machine.View.Find(ping.Target)!.Node with { Address = to };
        Receive(node, new SwimMessage.PingAck(ping.Sequence, Fingerprint: 0, []));
    }

    /// <summary>The member at that address.</summary>
    public NodeIdentity NodeAt(NodeAddress address) =>
        Machine.View.Members.Single(member => member.Node.Address == address).Node;

    /// <summary>The effects since the last look.</summary>
    public IReadOnlyList<SwimEffect> Take()
    {
        var taken = _effects.ToList();
        _effects.Clear();
        return taken;
    }

    /// <summary>The messages of that type among the effects since the last look, which are kept.</summary>
    public List<(NodeAddress To, TMessage Message)> Sent<TMessage>()
        where TMessage : SwimMessage => [.. Sends<TMessage>(_effects)];

    public List<TEvent> Noted<TEvent>()
        where TEvent : SwimEvent =>
        [.. _effects.OfType<SwimEffect.Noted>().Select(noted => noted.Event).OfType<TEvent>()];

    public Member? this[ulong uid] => Machine.View.Find(new NodeUid(uid));

    public MemberState? StateOf(ulong uid) => this[uid]?.State;

    private static IEnumerable<(NodeAddress To, TMessage Message)> Sends<TMessage>(IEnumerable<SwimEffect> effects)
        where TMessage : SwimMessage =>
        from send in effects.OfType<SwimEffect.Send>()
        where send.Message is TMessage
        select (send.To, (TMessage)send.Message);
}
