using Akka.Registry.Actors;
using Akka.Registry.Actors.Virtual;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Values;
using Akka.Registry.Entries;
using Akka.Registry.Leases;
using Akka.Registry.Routing;
using Akka.Registry.Subscriptions;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace Akka.Registry.Tests.World;

/// <summary>The registry of one node on virtual time, with a map, members and a network that the test plays.</summary>
internal sealed class RegistryWorld
{
    public static readonly NodeIdentity SelfNode = Node(1);
    public static readonly NodeIdentity Other = Node(2);
    public static readonly NodeIdentity Third = Node(3);

    private readonly VirtualScheduler _scheduler;

    public RegistryWorld(RegistryNodeOptions? options = null, int seed = 1, Action<RegistryWorld>? before = null)
    {
        _scheduler = new VirtualScheduler(seed);
        Machine = _scheduler.CreateNode("node-1");
        System = ActorSystem.Create("test", new ActorSystemOptions { Time = Machine.Clock, Dispatcher = Machine });
        Map = new FakeMap(System, SelfNode.Uid);
        Membership = new FakeMembership(SelfNode);
        Transport = new FakeTransport(SelfNode.Address);
        Options = options ?? new RegistryNodeOptions();
        Surroundings = new RegistrySurroundings
        {
            Options = Options,
            Self = SelfNode,
            Membership = Membership,
            Map = Map,
            Transport = Transport,
            Probe = Probe,
            Checks = Checks,
            Leases = new LeaseScheduler(Options.Leases, Machine.Clock.GetInstant()),
            LoggerFactory = NullLoggerFactory.Instance,
        };
        before?.Invoke(this);
        Actor = System.ActorOf(RegistryActor.Props(Surroundings), "registry");
        Registry = new ServiceRegistry(Surroundings, Actor, new RouteeSelector(new Random(1)), Machine.Clock);
        Settle();
    }

    public VirtualNode Machine { get; }

    public ActorSystem System { get; }

    public FakeMap Map { get; }

    public FakeMembership Membership { get; }

    public FakeTransport Transport { get; }

    public FakeProbe Probe { get; } = new();

    public FakeCheckProbe Checks { get; } = new();

    public RegistryNodeOptions Options { get; }

    public RegistrySurroundings Surroundings { get; }

    public IActorRef<RegistryMessage> Actor { get; }

    public ServiceRegistry Registry { get; }

    public TimeSpan Elapsed => _scheduler.Elapsed;

    public static NodeIdentity Node(ulong uid) => new(new NodeUid(uid), $"node-{uid}", new NodeAddress($"10.0.0.{uid}", 4053));

    public static RecordKey Key(string id, string service = "orders") => new(service, id);

    public static Registration Registration(string id, string service = "orders") =>
        new() { Service = service, Id = id, Address = "10.1.0.1", Port = 8080, Ttl = TimeSpan.FromSeconds(30), Epoch = 7 };

    /// <summary>The value that another node would write for that registration.</summary>
    public static RecordValue Value(Registration registration, Action<InstanceValue>? change = null)
    {
        var ttl = registration.Ttl ?? TimeSpan.FromSeconds(30);
        var plan = RegistrationPlan.Build(
            registration, null, new LeaseTerms(ttl, registration.DeregisterAfter ?? ttl), VirtualScheduler.Epoch);
        if (change is null)
            return plan.Value;
        var value = InstanceValue.Parser.ParseFrom(plan.Value.Span);
        change(value);
        return InstanceCodec.Encode(value);
    }

    /// <summary>An entry that another node owns arrives.</summary>
    public MapRecord Receive(NodeIdentity owner, Registration registration, Action<InstanceValue>? change = null)
    {
        var record = Map.Remote(owner.Uid, Key(registration.Id, registration.Service), registration.Epoch ?? 7, Value(registration, change));
        Map.Receive(record);
        Settle();
        return record;
    }

    public void Set(NodeIdentity node, MemberState state)
    {
        Membership.Set(node, state);
        Settle();
    }

    public void Settle() => _scheduler.RunUntilIdle();

    public void RunFor(double seconds) => _scheduler.RunFor(TimeSpan.FromSeconds(seconds));

    /// <summary>Begins a call within virtual time, and does not wait.</summary>
    public Task<T> Begin<T>(Func<ServiceRegistry, Task<T>> call)
    {
        Task<T>? task = null;
        _scheduler.Schedule(TimeSpan.Zero, () => task = call(Registry));
        Settle();
        return task!;
    }

    /// <summary>Makes a call and gives its result; time moves on as long as it takes.</summary>
    public T Call<T>(Func<ServiceRegistry, Task<T>> call)
    {
        var task = Begin(call);
        _scheduler.RunUntil(() => task.IsCompleted, TimeSpan.FromMinutes(1)).ShouldBeTrue();
        Settle();
        return ResultOf(task);
    }

    /// <summary>Makes a call that is refused, and gives the refusal.</summary>
    public RegistryException Refused<T>(Func<ServiceRegistry, Task<T>> call) => Should.Throw<RegistryException>(() => Call(call));

    public RegistrationResult Register(Registration registration) => Call(registry => registry.RegisterAsync(registration, WriteOptions.Default));

    public HeartbeatResult Beat(string id, ulong? epoch = 7) => Call(registry => registry.HeartbeatAsync(Key(id), epoch));

    public void Deregister(string id, ulong? epoch = 7) => Call(async registry =>
    {
        await registry.DeregisterAsync(Key(id), epoch, WriteOptions.Default);
        return true;
    });

    public ISubscription Subscribe(string? service = "orders", string? cursor = null) =>
        Call(registry => registry.SubscribeAsync(new SubscriptionRequest { Service = service, Cursor = cursor }));

    public ServiceEntry? Entry(string id, string service = "orders") => Surroundings.Views.Find(Key(id, service));

    /// <summary>A frame of another node arrives.</summary>
    public void Frame(NodeIdentity from, FrameKind kind, IMessage message)
    {
        Actor.Tell(new RegistryMessage.FrameReceived(from, Contracts.Frame.Of(kind, message)));
        Settle();
    }

    /// <summary>The owner answers the one frame of beats that was forwarded to it.</summary>
    public void AnswerBeats(NodeIdentity owner, params WireBeatOutcome[] outcomes)
    {
        var forwarded = Transport.To(owner, FrameKind.ForwardedBeats, ForwardedBeats.Parser).ShouldHaveSingleItem();
        Frame(owner, FrameKind.ForwardedBeatResults, new ForwardedBeatResults { Batch = forwarded.Batch, Outcomes = { outcomes } });
    }

    /// <summary>The result of a task that is complete; throws what it threw.</summary>
    public static T ResultOf<T>(Task<T> task)
    {
        task.IsCompleted.ShouldBeTrue();
        return task.GetAwaiter().GetResult();
    }

    /// <summary>What a reader finds now.</summary>
    public static List<ChangeBatch> Read(ISubscription subscription)
    {
        var batches = new List<ChangeBatch>();
        while (((Subscription)subscription).TryTake(out var batch))
            batches.Add(batch);
        return batches;
    }
}
