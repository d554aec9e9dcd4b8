using System.Diagnostics;
using Akka.Registry.Calls;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Queries;

namespace Akka.Registry.Sessions;

/// <summary>Answers the questions of a client's session. Any thread.</summary>
/// <remarks>
/// Lists of instances and services come in pages that stay far below any limit of a frame; routees, which must come whole, in as many
/// answers as they need. All but <see cref="QueryNode"/> need a node that is ready: elsewhere the answer would be partial.
/// </remarks>
internal sealed class SessionAnswers(IServiceRegistry registry, RegistrySurroundings surroundings)
{
    /// <summary>Bytes after which an answer ends: far below any limit of a frame, an entry more included.</summary>
    private const int AnswerBytes = 256 * 1024;

    /// <summary>Instances of a service that are looked through, and written, in microseconds.</summary>
    private const int QuickInstancesMax = 64;

    private const int TimeoutMsMax = 60_000;

    /// <summary>
    /// Whether an answer is made in less time than it takes to hand the question to another thread: it is about one service of few instances.
    /// </summary>
    public bool IsQuick(SessionRequest request)
    {
        var service = request.KindCase switch
        {
            SessionRequest.KindOneofCase.Instances => request.Instances.Service,
            SessionRequest.KindOneofCase.Routees => request.Routees.Service,
            _ => null,
        };
        return service is not null && surroundings.Views.Find(service) is { } view && IsSmall(view);
    }

    /// <summary>Answers a question.</summary>
    /// <returns>
    /// The answers as frames, all but the last with <see cref="SessionAnswer.More"/>; each is made when it is asked for.
    /// </returns>
    public async ValueTask<IEnumerable<Frame>> AnswerAsync(SessionRequest request, CancellationToken stop)
    {
        try
        {
            if (request.KindCase != SessionRequest.KindOneofCase.Node && registry.NotReadyReason is { } reason)
                throw Refusals.NotReady(reason);
            switch (request.KindCase)
            {
                case SessionRequest.KindOneofCase.Instances: return [Page(request.Request, request.Instances)];
                case SessionRequest.KindOneofCase.Services: return [FrameOf(request, new SessionAnswer { Services = Page(request.Services) })];
                case SessionRequest.KindOneofCase.Routees: return Routees(request.Request, request.Routees);
                case SessionRequest.KindOneofCase.Node: return [FrameOf(request, new SessionAnswer { Node = Node() })];
                case SessionRequest.KindOneofCase.Explanation:
                    return [FrameOf(request, new SessionAnswer { Explanation = await ExplainAsync(request.Explanation, stop) })];
                case SessionRequest.KindOneofCase.Override:
                    return [FrameOf(request, new SessionAnswer { Entry = await OverrideAsync(request.Override, stop) })];
                case SessionRequest.KindOneofCase.None:
                    throw QueryCodec.Invalid("kind", "This node does not know the question: it is of a later version.");
                default: throw new UnreachableException($"No answer to {request.KindCase}.");
            }
        }
        catch (Exception refusal) when (SessionCodec.ToWire(refusal).Error is not WireSessionError.None)
        {
            var (error, message, field) = SessionCodec.ToWire(refusal);
            return [FrameOf(request, new SessionAnswer { Error = error, Message = message, Field = field })];
        }
    }

    private static bool IsSmall(ServiceView view) => view.Instances.Count <= QuickInstancesMax;

    private static Frame FrameOf(SessionRequest request, SessionAnswer answer)
    {
        answer.Request = request.Request;
        return Frame.Of(FrameKind.SessionAnswer, answer);
    }

    private Frame Page(ulong request, QueryInstances query)
    {
        var filter = QueryCodec.ToFilter(query.Filter);
        // The cursor first: what is read after it may be newer, never older, so that a subscription from it misses nothing.
        var cursor = registry.Cursor;
        var view = registry.Find(query.Service) ?? throw NotFound(query.Service);
        if (filter.MatchesAll && query is { After.Length: 0, Limit: 0 } && IsSmall(view) && surroundings.Encoded.Find(view) is { } encoded)
            return EntryAnswer.Instances(request, new InstancePage(view.Name, view.Revision, cursor, Next: ""), encoded);
        var entries = new List<ServiceEntry>();
        var (bytes, next) = (0, "");
        foreach (var entry in view.Instances.After(query.After.Length == 0 ? null : query.After))
        {
            if (!filter.Matches(entry))
                continue;
            if (bytes >= AnswerBytes || (query.Limit > 0 && entries.Count >= query.Limit))
            {
                next = entries[^1].Id;
                break;
            }

            entries.Add(entry);
            bytes += EntryAnswer.EntryBytes(entry);
        }

        return EntryAnswer.Instances(request, new InstancePage(view.Name, view.Revision, cursor, next), entries);
    }

    private WireServicePage Page(QueryServices query)
    {
        var page = new WireServicePage { Cursor = registry.Cursor, Revision = registry.Revision };
        var bytes = 0;
        foreach (var summary in registry.Services())
        {
            if (string.CompareOrdinal(summary.Name, query.After) <= 0)
                continue;
            if (bytes >= AnswerBytes || (query.Limit > 0 && page.Services.Count >= query.Limit))
            {
                page.Next = page.Services[^1].Service;
                break;
            }

            var wire = QueryCodec.ToWire(summary);
            page.Services.Add(wire);
            bytes += wire.CalculateSize();
        }

        return page;
    }

    private IEnumerable<Frame> Routees(ulong request, QueryRoutees query)
    {
        var asked = QueryCodec.ToRouteeRequest(query);
        return Parts(request, asked.Strategy, registry.Routees(asked));
    }

    private static IEnumerable<Frame> Parts(ulong request, string strategy, IReadOnlyList<ServiceEntry> routees)
    {
        var index = 0;
        do
        {
            var part = new List<ServiceEntry>();
            for (var bytes = 0; index < routees.Count && bytes < AnswerBytes; index++)
            {
                part.Add(routees[index]);
                bytes += EntryAnswer.EntryBytes(routees[index]);
            }

            yield return EntryAnswer.Routees(request, strategy, part, more: index < routees.Count);
        }
        while (index < routees.Count);
    }

    private WireNodeStatus Node()
    {
        var status = new WireNodeStatus
        {
            Node = surroundings.Self.ToWire(),
            NotReadyReason = registry.NotReadyReason ?? "",
            Revision = registry.Revision,
            Cursor = registry.Cursor,
            Entries = surroundings.Views.EntryCount,
            Services = surroundings.Views.ServiceCount,
            Sessions = surroundings.Sessions,
        };
        foreach (var member in surroundings.Membership.View.Members)
            status.Members.Add(QueryCodec.ToWire(member));
        return status;
    }

    private async Task<WireExplanation> ExplainAsync(QueryExplanation query, CancellationToken stop)
    {
        if (query.TimeoutMs is 0 or > TimeoutMsMax)
            throw QueryCodec.Invalid("timeout", $"'timeout' must be above zero and at most {TimeoutMsMax} ms.");
        var explanation = await registry.ExplainAsync(
            new RecordKey(query.Service, query.Instance), TimeSpan.FromMilliseconds(query.TimeoutMs), stop);
        return QueryCodec.ToWire(explanation, surroundings.Membership.View);
    }

    private async Task<WireChange> OverrideAsync(OverrideStatus command, CancellationToken stop) => QueryCodec.ToWire(
        await registry.OverrideStatusAsync(new RecordKey(command.Service, command.Instance), QueryCodec.ToOverride(command.Status), stop));

    private static RegistryException NotFound(string service) => new(
        RegistryError.NotFound, $"No instance of service '{service}' is registered; register one.", "service");
}
