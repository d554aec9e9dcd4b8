using System.Diagnostics;
using Akka.Registry.Calls;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;

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

    private const int TimeoutMsMax = 60_000;

    /// <summary>Answers a question.</summary>
    /// <returns>The answers, all but the last with <see cref="SessionAnswer.More"/>; each is made when it is asked for.</returns>
    public async Task<IEnumerable<SessionAnswer>> AnswerAsync(SessionRequest request, CancellationToken stop)
    {
        try
        {
            if (request.KindCase != SessionRequest.KindOneofCase.Node && registry.NotReadyReason is { } reason)
                throw Refusals.NotReady(reason);
            switch (request.KindCase)
            {
                case SessionRequest.KindOneofCase.Instances:
                    return [new SessionAnswer { Request = request.Request, Instances = Page(request.Instances) }];
                case SessionRequest.KindOneofCase.Services:
                    return [new SessionAnswer { Request = request.Request, Services = Page(request.Services) }];
                case SessionRequest.KindOneofCase.Routees: return Routees(request.Request, request.Routees);
                case SessionRequest.KindOneofCase.Node: return [new SessionAnswer { Request = request.Request, Node = Node() }];
                case SessionRequest.KindOneofCase.Explanation:
                    return [new SessionAnswer { Request = request.Request, Explanation = await ExplainAsync(request.Explanation, stop) }];
                case SessionRequest.KindOneofCase.Override:
                    return [new SessionAnswer { Request = request.Request, Entry = await OverrideAsync(request.Override, stop) }];
                case SessionRequest.KindOneofCase.None:
                    throw QueryCodec.Invalid("kind", "This node does not know the question: it is of a later version.");
                default: throw new UnreachableException($"No answer to {request.KindCase}.");
            }
        }
        catch (Exception refusal) when (SessionCodec.ToWire(refusal).Error is not WireSessionError.None)
        {
            var (error, message, field) = SessionCodec.ToWire(refusal);
            return [new SessionAnswer { Request = request.Request, Error = error, Message = message, Field = field }];
        }
    }

    private WireInstancePage Page(QueryInstances query)
    {
        var filter = QueryCodec.ToFilter(query.Filter);
        // The cursor first: what is read after it may be newer, never older, so that a subscription from it misses nothing.
        var cursor = registry.Cursor;
        var view = registry.Find(query.Service) ?? throw NotFound(query.Service);
        var page = new WireInstancePage { Service = view.Name, Revision = view.Revision, Cursor = cursor };
        var bytes = 0;
        foreach (var entry in view.Instances.After(query.After.Length == 0 ? null : query.After))
        {
            if (!filter.Matches(entry))
                continue;
            if (bytes >= AnswerBytes || (query.Limit > 0 && page.Instances.Count >= query.Limit))
            {
                page.Next = page.Instances[^1].Instance;
                break;
            }

            var wire = QueryCodec.ToWire(entry);
            page.Instances.Add(wire);
            bytes += wire.CalculateSize();
        }

        return page;
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

    private IEnumerable<SessionAnswer> Routees(ulong request, QueryRoutees query)
    {
        var asked = QueryCodec.ToRouteeRequest(query);
        return Parts(request, asked.Strategy, registry.Routees(asked));
    }

    private static IEnumerable<SessionAnswer> Parts(ulong request, string strategy, IReadOnlyList<ServiceEntry> routees)
    {
        var index = 0;
        do
        {
            var part = new WireRoutees { Strategy = strategy };
            for (var bytes = 0; index < routees.Count && bytes < AnswerBytes; index++)
            {
                var wire = QueryCodec.ToWire(routees[index]);
                part.Routees.Add(wire);
                bytes += wire.CalculateSize();
            }

            yield return new SessionAnswer { Request = request, Routees = part, More = index < routees.Count };
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
