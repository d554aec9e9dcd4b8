using Akka.Registry.Contracts;

namespace Akka.Registry.Server.Tests.Security;

/// <summary>What a client's session may ask for.</summary>
internal static class SessionRows
{
    private const string Service = GuardedNode.Service;

    public static IEnumerable<AccessRow> All() =>
    [
        Row("register", nameof(FrameKind.RegisterInstances), Need.Write, async (session, call) => (await RegisteredAsync(session, call.Id)).Outcome),
        Row("heartbeat", nameof(FrameKind.SessionBeats), Need.Write, (session, call) => BeatAsync(session, call.Id)),
        Command("deregister", WireInstanceAction.Deregister),
        Command("drain", WireInstanceAction.Drain),
        Row("watch of a service", nameof(FrameKind.Subscribe), Need.Read, (session, _) => WatchAsync(session, Service)),
        Row("watch of all", nameof(FrameKind.Subscribe), Need.Any, (session, _) => WatchAsync(session, "")),
        Ask("read a service", SessionRequest.KindOneofCase.Instances, Need.Read, _ => new() { Instances = new() { Service = Service } }),
        Ask("list services", SessionRequest.KindOneofCase.Services, Need.Any, _ => new() { Services = new() }),
        Ask("choose routees", SessionRequest.KindOneofCase.Routees, Need.Read, _ => new() { Routees = new() { Service = Service, Count = 1 } }),
        Ask("see the cluster", SessionRequest.KindOneofCase.Node, Need.Any, _ => new() { Node = new() }),
        Ask("explain", SessionRequest.KindOneofCase.Explanation, Need.Read,
            id => new() { Explanation = new() { Service = Service, Instance = id, TimeoutMs = 5_000 } }),
        Ask("override of a status", SessionRequest.KindOneofCase.Override, Need.Operator,
            id => new() { Override = new() { Service = Service, Instance = id, Status = WireInstanceStatus.OutOfService } }),
        new("report a failure", "session", nameof(FrameKind.FailureReports), Need.Read, ReportAsync),
    ];

    private static AccessRow Row(string operation, string name, Need need, Func<RawSession, AccessCall, Task<string>> make) =>
        new(operation, "session", name, need, async call =>
        {
            var (session, _) = await RawSession.OpenAsync(call.Node.Port, GuardedNode.TokenOf(call.Caller));
            using (session)
                return session is null ? "401" : await make(session, call);
        });

    private static AccessRow Command(string operation, WireInstanceAction action) => Row(operation, $"{action}", Need.Write, async (session, call) =>
    {
        var epoch = call.Node.Node.Registry.Find(Service)!.Instances.Find(call.Id)!.Epoch;
        var command = new InstanceCommand { Request = 1, Action = action, Service = Service, Instance = call.Id, Epoch = epoch, TimeoutMs = 5_000 };
        await session.SayAsync(FrameKind.InstanceCommand, command);
        var answer = (await session.HearAsync(FrameKind.InstanceCommandResult)).Read(InstanceCommandResult.Parser);
        return Outcome(answer.Error, answer.Message);
    });

    private static AccessRow Ask(string operation, SessionRequest.KindOneofCase kind, Need need, Func<string, SessionRequest> request) =>
        Row(operation, $"{kind}", need, async (session, call) =>
        {
            var asked = request(call.Id);
            asked.Request = 1;
            await session.SayAsync(FrameKind.SessionRequest, asked);
            var answer = (await session.HearAsync(FrameKind.SessionAnswer)).Read(SessionAnswer.Parser);
            return Outcome(answer.Error, answer.Message);
        });

    private static async Task<(string Outcome, ulong Lease)> RegisteredAsync(RawSession session, string id)
    {
        var value = new InstanceValue { Address = "10.0.0.1", Port = 80, Weight = 1, Reported = WireInstanceStatus.Passing };
        var request = new RegisterInstances { Request = 1, TimeoutMs = 5_000 };
        request.Registrations.Add(new WireRegistration { Service = Service, Instance = id + "-s", Epoch = 1, Value = value });
        await session.SayAsync(FrameKind.RegisterInstances, request);
        var result = (await session.HearAsync(FrameKind.RegisterResults)).Read(RegisterResults.Parser).Results.Single();
        return (Outcome(result.Error, result.Message), result.Lease);
    }

    /// <summary>A beat counts by the lease that a registration brought: who may not register has none.</summary>
    private static async Task<string> BeatAsync(RawSession session, string id)
    {
        var (outcome, lease) = await RegisteredAsync(session, id);
        if (outcome != "done")
            return outcome;
        await session.SayAsync(LeasePack.Write([lease]));
        var results = (await session.HearAsync(FrameKind.SessionBeatResults)).Read(SessionBeatResults.Parser);
        return results.Refused.Count == 0 ? "done" : $"refused: {results}";
    }

    private static async Task<string> WatchAsync(RawSession session, string service)
    {
        await session.SayAsync(FrameKind.Subscribe, new Subscribe { Subscription = 1, Service = service });
        var answer = await session.HearAsync(FrameKind.SubscriptionBatch, FrameKind.SubscriptionEnded);
        if (answer.Kind == FrameKind.SubscriptionBatch)
            return "done";
        var end = answer.Read(SubscriptionEnded.Parser);
        return Outcome(end.Error, end.Message);
    }

    /// <summary>Reports have no answer: that one was denied stands in the audit log.</summary>
    private static async Task<string> ReportAsync(AccessCall call)
    {
        var (session, _) = await RawSession.OpenAsync(call.Node.Port, GuardedNode.TokenOf(call.Caller));
        if (session is null)
            return "401";
        using (session)
        {
            var reports = new FailureReports();
            reports.Reports.Add(new WireFailureReport { Service = Service, Instance = call.Id });
            await session.SayAsync(FrameKind.FailureReports, reports);
            // Frames are taken in order: with this answer the reports are dealt with.
            await session.SayAsync(FrameKind.SessionRequest, new SessionRequest { Request = 1, Node = new() });
            await session.HearAsync(FrameKind.SessionAnswer);
        }

        return call.Node.Audit.Lines.Any(line => line.Contains($"{call.Caller} by session", StringComparison.Ordinal)
            && line.Contains("failure report", StringComparison.Ordinal)) ? "403" : "done";
    }

    private static string Outcome(WireSessionError error, string message) => error switch
    {
        WireSessionError.None => "done",
        WireSessionError.Forbidden => "403",
        _ => $"{error}: {message}",
    };
}
