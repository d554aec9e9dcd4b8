using System.Diagnostics;
using Akka.Registry.DistributedData;
using Akka.Registry.Server.Json;
using Akka.Registry.Server.Problems;

namespace Akka.Registry.Server.Api;

/// <summary>What is done to and asked of one instance.</summary>
internal static class InstanceApi
{
    private static readonly TimeSpan DrainDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ExplainTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Registers or replaces.</summary>
    public static async Task Register(ApiCall call)
    {
        var options = QueryReader.WriteOptions(call.Http.Request, call.Options);
        var key = call.Key;
        var registration = await RequestBody.ReadAsync(call, (in body) => InstanceBodies.Registration(key, body));
        var result = await call.Registry.RegisterAsync(registration, options, call.Aborted);
        if (!result.Replaced)
            call.Http.Response.Headers.Location = Location(key);
        await JsonAnswer.Send(call.Http, StatusOf(result), (result, call.Registry), static (json, state) =>
        {
            var (result, registry) = state;
            EntryJson.WriteMembers(json, result.Entry, registry, result.Entry.NeedsBeats ? result.ExpiresIn : null);
            json.WriteNumber("heldBy"u8, result.HeldBy);
            json.WriteNumber("members"u8, result.Members);
            json.WriteBoolean("consistencyReached"u8, result.ConsistencyReached);
        });
    }

    /// <summary>Takes a heartbeat.</summary>
    public static async Task Heartbeat(ApiCall call)
    {
        try
        {
            var beat = await call.Registry.HeartbeatAsync(call.Key, QueryReader.Epoch(call.Http.Request), call.Aborted);
            await JsonAnswer.Send(call.Http, StatusCodes.Status200OK, beat, static (json, beat) =>
            {
                json.WriteString("status"u8, StatusText.Utf8(beat.Status));
                EntryJson.WriteDuration(json, "ttl"u8, beat.Ttl);
                EntryJson.WriteExpiresIn(json, beat.ExpiresIn);
            });
        }
        catch (RegistryException refusal) when (refusal.Error == RegistryError.NotFound)
        {
            throw new ProblemException(new Problem(ProblemTable.UnknownLease, refusal.Message));
        }
    }

    /// <summary>Sets the reported status, or the operator's override.</summary>
    public static async Task SetStatus(ApiCall call)
    {
        var epoch = QueryReader.Epoch(call.Http.Request);
        var change = await RequestBody.ReadAsync(call, InstanceBodies.Status);
        if (change is StatusChange.Override && epoch is not null)
            throw new ProblemException(Problem.OfField("epoch", "'epoch' goes with 'status'; an override stands over every epoch."));
        var entry = change switch
        {
            StatusChange.Report report => await call.Registry.ReportStatusAsync(call.Key, report.Status, epoch, call.Aborted),
            StatusChange.Override byOperator => await call.Registry.OverrideStatusAsync(call.Key, byOperator.Status, call.Aborted),
            _ => throw new UnreachableException($"No rule for {change}."),
        };
        await SendEntry(call, entry);
    }

    /// <summary>Deregisters.</summary>
    public static async Task Deregister(ApiCall call)
    {
        var request = call.Http.Request;
        var options = QueryReader.WriteOptions(request, call.Options);
        await call.Registry.DeregisterAsync(call.Key, QueryReader.Epoch(request), options, call.Aborted);
        call.Http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>Drains, and waits until everybody knows.</summary>
    public static async Task Drain(ApiCall call)
    {
        var request = call.Http.Request;
        var deadline = QueryReader.Duration(request, "deadline") ?? DrainDeadline;
        var result = await call.Registry.DrainAsync(call.Key, QueryReader.Epoch(request), deadline, call.Aborted);
        var status = result.IsConfirmed ? StatusCodes.Status200OK : StatusCodes.Status202Accepted;
        await JsonAnswer.Send(call.Http, status, (result, call.Registry), static (json, state) =>
            DrainJson.WriteMembers(json, state.result, state.Registry));
    }

    /// <summary>Shows one instance.</summary>
    public static Task Get(ApiCall call)
    {
        var key = call.Key;
        var entry = call.Registry.Find(key.Service)?.Instances.Find(key.Instance)
            ?? throw new RegistryException(RegistryError.NotFound, $"The instance '{key.Instance}' of service '{key.Service}' is not registered.");
        return SendEntry(call, entry);
    }

    /// <summary>Says why an instance stands as it does.</summary>
    public static async Task Explain(ApiCall call)
    {
        var timeout = QueryReader.Duration(call.Http.Request, "timeout") ?? ExplainTimeout;
        if (timeout <= TimeSpan.Zero || timeout > call.Options.ConsistencyTimeoutMax)
        {
            var max = DurationText.Format(call.Options.ConsistencyTimeoutMax);
            throw new ProblemException(Problem.OfField("timeout", $"'timeout' must be above zero and at most {max}."));
        }

        var explanation = await call.Registry.ExplainAsync(call.Key, timeout, call.Aborted);
        await JsonAnswer.Send(call.Http, StatusCodes.Status200OK, (explanation, call.Registry), static (json, state) =>
            ExplanationJson.WriteMembers(json, state.explanation, state.Registry));
    }

    private static Task SendEntry(ApiCall call, ServiceEntry entry) =>
        JsonAnswer.Send(call.Http, StatusCodes.Status200OK, (entry, call.Registry), static (json, state) =>
            EntryJson.WriteMembers(json, state.entry, state.Registry, state.Registry.ExpiresIn(state.entry)));

    /// <summary>202 says: it stands here and spreads, and fewer nodes hold it yet than were asked for.</summary>
    private static int StatusOf(RegistrationResult result) =>
        !result.ConsistencyReached ? StatusCodes.Status202Accepted
        : result.Replaced ? StatusCodes.Status200OK
        : StatusCodes.Status201Created;

    private static string Location(RecordKey key) =>
        $"/api/v1/services/{Uri.EscapeDataString(key.Service)}/instances/{Uri.EscapeDataString(key.Instance)}";
}
