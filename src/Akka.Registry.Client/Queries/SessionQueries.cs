using Akka.Registry.Client.Directory;
using Akka.Registry.Client.Session;
using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.Client.Queries;

/// <summary>Asks over a client's session.</summary>
internal sealed class SessionQueries(ClientSession session) : IRegistryQueries
{
    private const double PatienceMsMax = 60_000;
    private static readonly TimeSpan ExplainPatience = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public async Task<InstancePage> InstancesAsync(InstanceQuery query, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var answer = await AskAsync(new SessionRequest { Instances = QueryWire.ToWire(query) }, cancellation).ConfigureAwait(false);
        return Read(answer, one => QueryWire.Read(one.Instances ?? throw Wrong()));
    }

    /// <inheritdoc/>
    public async Task<ServicePage> ServicesAsync(string? after = null, int? limit = null, CancellationToken cancellation = default)
    {
        var query = new QueryServices { After = after ?? "", Limit = QueryWire.LimitOf(limit) };
        var answer = await AskAsync(new SessionRequest { Services = query }, cancellation).ConfigureAwait(false);
        return Read(answer, one => QueryWire.Read(one.Services ?? throw Wrong()));
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ServiceInstance>> RouteesAsync(RouteeQuery query, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var request = new SessionRequest { Routees = QueryWire.ToWire(query) };
        var answers = await session.AskAsync(request, TimeSpan.Zero, cancellation).ConfigureAwait(false);
        var routees = new List<ServiceInstance>();
        foreach (var part in answers)
            routees.AddRange(Read(part, one => (one.Routees ?? throw Wrong()).Routees.Select(ServiceInstance.Read).ToList()));
        return routees;
    }

    /// <inheritdoc/>
    public async Task<NodeStatus> NodeAsync(CancellationToken cancellation = default)
    {
        var answer = await AskAsync(new SessionRequest { Node = new QueryNode() }, cancellation).ConfigureAwait(false);
        return Read(answer, one => QueryWire.Read(one.Node ?? throw Wrong()));
    }

    /// <inheritdoc/>
    public async Task<Explanation> ExplainAsync(
        string service, string id, TimeSpan? patience = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(id);
        var wait = patience ?? ExplainPatience;
        if (wait.TotalMilliseconds is < 1 or > PatienceMsMax)
            throw new ArgumentOutOfRangeException(nameof(patience), patience, "1 ms to 1 min can be waited for.");
        var query = new QueryExplanation { Service = service, Instance = id, TimeoutMs = (uint)wait.TotalMilliseconds };
        var answers = await session.AskAsync(new SessionRequest { Explanation = query }, wait, cancellation).ConfigureAwait(false);
        return Read(answers[0], one => QueryWire.Read(one.Explanation ?? throw Wrong()));
    }

    /// <inheritdoc/>
    public async Task<ServiceInstance> OverrideStatusAsync(
        string service, string id, InstanceStatus? status, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(id);
        var command = new OverrideStatus
        {
            Service = service,
            Instance = id,
            Status = status is { } given ? (WireInstanceStatus)given : WireInstanceStatus.Unspecified,
        };
        var answer = await AskAsync(new SessionRequest { Override = command }, cancellation).ConfigureAwait(false);
        return Read(answer, one => ServiceInstance.Read(one.Entry ?? throw Wrong()));
    }

    private async Task<SessionAnswer> AskAsync(SessionRequest request, CancellationToken cancellation) =>
        (await session.AskAsync(request, TimeSpan.Zero, cancellation).ConfigureAwait(false))[0];

    private static T Read<T>(SessionAnswer answer, Func<SessionAnswer, T> read)
    {
        try
        {
            return read(answer);
        }
        catch (InvalidProtocolBufferException)
        {
            throw Wrong();
        }
    }

    private static RegistryUnavailableException Wrong() =>
        new("The node's answer cannot be read; it may be of another version.", mayHaveCounted: true);
}
