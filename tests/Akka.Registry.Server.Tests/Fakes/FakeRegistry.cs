using System.Collections.Immutable;
using Akka.Registry.Checks;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Queries;
using Akka.Registry.Routing;
using Akka.Registry.Subscriptions;

namespace Akka.Registry.Server.Tests.Fakes;

/// <summary>A registry in a dictionary: enough for the door to be seen through, with a clock that stands still.</summary>
public sealed class FakeRegistry : IServiceRegistry
{
    public static readonly NodeUid Self = new(0x00000000000000a1);
    public static readonly NodeUid Other = new(0x00000000000000b2);
    public static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, SortedDictionary<string, ServiceEntry>> _services = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ServiceView> _views = new(StringComparer.Ordinal);
    private ulong _sequence;

    public bool IsReady { get; set; } = true;

    public string? NotReadyReason { get; set; }

    public long Revision { get; private set; } = 1000;

    public string Cursor => $"c{Revision}";

    /// <summary>What every call is refused with; null for none.</summary>
    public Exception? Refusal { get; set; }

    /// <summary>How many nodes of how many hold the next registration, and whether that is enough.</summary>
    public (int HeldBy, int Members, bool Reached) Spread { get; set; } = (1, 1, true);

    public TimeSpan LeaseLeft { get; set; } = TimeSpan.FromMilliseconds(29_876);

    public WriteOptions? LastWriteOptions { get; private set; }

    public Registration? LastRegistration { get; private set; }

    public RouteeRequest? LastRouteeRequest { get; private set; }

    public SubscriptionRequest? LastSubscription { get; private set; }

    public FakeSubscription Subscription { get; } = new();

    public Task<RegistrationResult> RegisterAsync(Registration registration, WriteOptions options, CancellationToken cancellation = default)
    {
        ThrowIfRefused();
        lock (_lock)
        {
            (LastRegistration, LastWriteOptions) = (registration, options);
            var before = Find(registration.Service)?.Instances.Find(registration.Id);
            var epoch = registration.Epoch ?? before?.Epoch ?? (ulong)Now.ToUnixTimeMilliseconds();
            if (before is not null && epoch < before.Epoch)
                throw new RegistryException(RegistryError.StaleEpoch, $"Epoch {before.Epoch} stands.", "epoch");
            var entry = EntryOf(registration, epoch, Self);
            Put(entry);
            return Task.FromResult(new RegistrationResult(entry, before is not null, Spread.HeldBy, Spread.Members, Spread.Reached));
        }
    }

    public Task<HeartbeatResult> HeartbeatAsync(RecordKey key, ulong? epoch, CancellationToken cancellation = default)
    {
        var entry = Current(key, epoch);
        return Task.FromResult(new HeartbeatResult(entry.Status, entry.Ttl, entry.Ttl));
    }

    public async Task<ImmutableArray<RefusedBeat>> HeartbeatManyAsync(
        ReadOnlyMemory<InstanceBeat> beats, CancellationToken cancellation = default)
    {
        var refused = ImmutableArray.CreateBuilder<RefusedBeat>();
        for (var i = 0; i < beats.Length; i++)
        {
            try
            {
                await HeartbeatAsync(beats.Span[i].Key, beats.Span[i].Epoch, cancellation);
            }
            catch (RegistryException refusal)
            {
                refused.Add(new RefusedBeat(i, refusal));
            }
        }

        return refused.DrainToImmutable();
    }

    public InstanceBeat BeatOf(ReadOnlySpan<char> service, ReadOnlySpan<char> instance, ulong? epoch) =>
        new(new RecordKey(service.ToString(), instance.ToString()), epoch);

    public Task<ServiceEntry> ReportStatusAsync(
        RecordKey key, InstanceStatus status, ulong? epoch, CancellationToken cancellation = default) =>
        Task.FromResult(Put(Current(key, epoch) with { Reported = status }));

    public Task<ServiceEntry> OverrideStatusAsync(RecordKey key, InstanceStatus? status, CancellationToken cancellation = default) =>
        Task.FromResult(Put(Current(key, null) with { Override = status }));

    public Task<ServiceEntry> UpdateCheckAsync(
        RecordKey key, string checkId, InstanceStatus status, string output, ulong? epoch, CancellationToken cancellation = default)
    {
        var entry = Current(key, epoch);
        var states = entry.Checks.ToList();
        var at = states.FindIndex(check => check.Id == checkId);
        if (at < 0)
            throw new RegistryException(RegistryError.NotFound, $"No check '{checkId}'.", "checkId");
        states[at] = states[at] with { Status = status, Output = output, Since = Now };
        return Task.FromResult(Put(entry with { Checks = states }));
    }

    public Task<ServiceEntry> PutCheckAsync(RecordKey key, CheckDefinition check, CancellationToken cancellation = default)
    {
        var entry = Current(key, null);
        return Task.FromResult(Put(entry with { Checks = [.. entry.Checks.Where(known => known.Id != check.Id), CheckState.Initial(check)] }));
    }

    public Task<ServiceEntry> RemoveCheckAsync(RecordKey key, string checkId, CancellationToken cancellation = default)
    {
        var entry = Current(key, null);
        return Task.FromResult(Put(entry with { Checks = [.. entry.Checks.Where(known => known.Id != checkId)] }));
    }

    public IReadOnlyList<CheckState> ChecksOf(ServiceEntry entry) => entry.Checks;

    public Task<InstanceExplanation> ExplainAsync(RecordKey key, TimeSpan timeout, CancellationToken cancellation = default)
    {
        var explanation = Explain(key);
        var silent = new InstanceHolding
        {
            Node = Other, NodeName = "node-2", State = MemberState.Suspect, HasAnswered = false, IsHeld = false,
        };
        return Task.FromResult(explanation with { Nodes = [HoldingOf(explanation.Entry), silent] });
    }

    private static InstanceHolding HoldingOf(ServiceEntry? entry)
    {
        var nothing = new InstanceHolding
        {
            Node = Self, NodeName = "node-1", State = MemberState.Up, HasAnswered = true, IsHeld = entry is not null,
        };
        if (entry is null)
            return nothing;
        var owns = entry.Owner == Self;
        return nothing with
        {
            Epoch = entry.Epoch,
            Stamp = entry.Stamp,
            Owner = entry.Owner,
            Status = entry.Status,
            OwnsLease = owns,
            LastBeatAge = owns ? TimeSpan.FromMilliseconds(124) : null,
            ExpiresIn = owns ? TimeSpan.FromMilliseconds(29_876) : null,
        };
    }

    public List<(RecordKey Key, ulong? Epoch, ulong Reporter)> Reports { get; } = [];

    public Task ReportFailureAsync(RecordKey key, ulong? epoch, ulong reporter, CancellationToken cancellation = default)
    {
        Current(key, epoch);
        Reports.Add((key, epoch, reporter));
        return Task.CompletedTask;
    }

    /// <summary>Who has not confirmed the next drain.</summary>
    public (DrainLaggard[] Named, int Count) Laggards { get; set; } = ([], 0);

    public TimeSpan? LastDrainDeadline { get; private set; }

    public Task<DrainResult> DrainAsync(RecordKey key, ulong? epoch, TimeSpan deadline, CancellationToken cancellation = default)
    {
        LastDrainDeadline = deadline;
        var entry = Put(Current(key, epoch) with { Reported = InstanceStatus.Draining });
        return Task.FromResult(new DrainResult(entry, [.. Laggards.Named], Laggards.Count));
    }

    public Sessions.IRegistrySession OpenSession(string client) => throw new NotSupportedException("No door of these tests opens one.");

    public Task DeregisterAsync(RecordKey key, ulong? epoch, WriteOptions options, CancellationToken cancellation = default)
    {
        Current(key, epoch);
        lock (_lock)
        {
            LastWriteOptions = options;
            _services[key.Service].Remove(key.Instance);
            if (_services[key.Service].Count == 0)
                _services.Remove(key.Service);
            Changed(key.Service);
        }

        return Task.CompletedTask;
    }

    public ServiceView? Find(string service)
    {
        ThrowIfRefused();
        lock (_lock)
            return _views.GetValueOrDefault(service);
    }

    public IReadOnlyList<ServiceSummary> Services()
    {
        lock (_lock)
            return [.. _services.Keys.Select(service => Find(service)!.Summary)];
    }

    public IReadOnlyList<ServiceEntry> Routees(RouteeRequest request)
    {
        LastRouteeRequest = request;
        var view = Find(request.Service) ?? throw new RegistryException(RegistryError.NotFound, $"No service '{request.Service}'.");
        return [.. view.Instances.Where(request.Filter.Matches).Take(request.Count)];
    }

    public Task<ISubscription> SubscribeAsync(SubscriptionRequest request, CancellationToken cancellation = default)
    {
        ThrowIfRefused();
        LastSubscription = request;
        return Task.FromResult<ISubscription>(Subscription);
    }

    public Task<LeaveResult> LeaveAsync(TimeSpan timeout) => throw new NotSupportedException("The node's own business.");

    public InstanceExplanation Explain(RecordKey key) =>
        Find(key.Service)?.Instances.Find(key.Instance) is not { } entry
            ? new InstanceExplanation { Key = key, Entry = null, HiddenBy = "It is not registered." }
            : new InstanceExplanation
            {
                Key = key,
                Entry = entry,
                Owner = entry.Owner,
                OwnerName = NodeName(entry.Owner),
                OwnerState = entry.Owner == Self ? MemberState.Up : null,
                IsOwnedHere = entry.Owner == Self,
                LastBeatAge = entry.Owner == Self ? entry.Ttl - LeaseLeft : null,
                ExpiresIn = ExpiresIn(entry),
            };

    public IReadOnlyList<Leases.QuarantineStatus> Quarantines { get; set; } = [];

    public TimeSpan? ExpiresIn(ServiceEntry entry) => entry.Owner == Self ? LeaseLeft : null;

    public string NodeName(NodeUid uid) => uid == Self ? "node-1" : uid == Other ? "node-2" : uid.ToString();

    /// <summary>Puts an entry there without asking.</summary>
    public ServiceEntry Put(ServiceEntry entry)
    {
        lock (_lock)
        {
            if (!_services.TryGetValue(entry.Service, out var instances))
                _services.Add(entry.Service, instances = new SortedDictionary<string, ServiceEntry>(StringComparer.Ordinal));
            instances[entry.Id] = entry;
            Changed(entry.Service);
        }

        return entry;
    }

    /// <summary>A view has the revision of its service's own last change, as a node's has.</summary>
    private void Changed(string service)
    {
        Revision++;
        if (_services.TryGetValue(service, out var instances))
            _views[service] = new ServiceView { Name = service, Revision = Revision, Instances = InstanceList.From(instances.Values) };
        else
            _views.Remove(service);
    }

    /// <summary>Makes an entry as it stands after a registration.</summary>
    public ServiceEntry EntryOf(Registration registration, ulong epoch, NodeUid owner)
    {
        var ttl = registration.Ttl ?? TimeSpan.FromSeconds(30);
        var key = new RecordKey(registration.Service, registration.Id);
        var stamp = new Stamp(new HybridTimestamp(HybridTimestamp.At(Now.ToUnixTimeMilliseconds()).Value + 7), owner);
        return new ServiceEntry
        {
            Address = registration.Address,
            Port = registration.Port,
            Methods = registration.Methods,
            Tags = registration.Tags,
            Metadata = registration.Metadata,
            Zone = registration.Zone,
            Version = registration.Version,
            Weight = registration.Weight,
            Ttl = ttl,
            DeregisterAfter = registration.DeregisterAfter ?? ttl,
            Reported = registration.Status,
            Lease = registration.Lease,
            Checks = [.. registration.Checks.Select(CheckState.Initial)],
            RegisteredAt = Now,
            Record = MapRecord.Of(key, new RecordOrder(epoch, false, stamp, false), new Dot(owner, ++_sequence), default),
        };
    }

    /// <summary>Registers without a request.</summary>
    public ServiceEntry Add(string service, string id, Func<Registration, Registration>? with = null, ulong epoch = 5, NodeUid? owner = null)
    {
        var registration = new Registration { Service = service, Id = id, Address = "10.0.0.1", Port = 80 };
        return Put(EntryOf(with?.Invoke(registration) ?? registration, epoch, owner ?? Self));
    }

    private ServiceEntry Current(RecordKey key, ulong? epoch)
    {
        var entry = Find(key.Service)?.Instances.Find(key.Instance)
            ?? throw new RegistryException(RegistryError.NotFound, $"Nobody knows '{key.Instance}' of '{key.Service}'.");
        return epoch is null || epoch >= entry.Epoch
            ? entry
            : throw new RegistryException(RegistryError.StaleEpoch, $"Epoch {entry.Epoch} stands.", "epoch");
    }

    private void ThrowIfRefused()
    {
        if (Refusal is not null)
            throw Refusal;
    }
}
