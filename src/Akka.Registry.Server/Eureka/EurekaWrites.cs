using System.Globalization;
using Akka.Registry.Security;
using Akka.Registry.Server.Limits;

namespace Akka.Registry.Server.Eureka;

/// <summary>What is told to the door.</summary>
/// <remarks>
/// A dirty timestamp is the instance's own clock at its last change. What comes with an older one than stands is late: a registration is
/// then taken for a heartbeat. A heartbeat with a newer one says that this registry has missed a change: 404, and the client registers again.
/// </remarks>
internal static class EurekaWrites
{
    private const string DirtyParameter = "lastDirtyTimestamp";
    private const string NoStatus = "value is none of UP, DOWN, STARTING, OUT_OF_SERVICE, UNKNOWN";

    /// <summary>Registers an instance, or replaces its entry.</summary>
    public static async Task Register(EurekaCall call, string app)
    {
        EurekaInstance instance;
        try
        {
            var body = await EurekaBody.ReadAsync(call.Http.Request, call.Door.Options.BodyBytesMax, call.Aborted);
            if (body is null)
            {
                var sentence = $"The body is larger than {call.Door.Options.BodyBytesMax} bytes (eureka.body-bytes-max).";
                call.Http.RequestServices.GetService<HttpGates>()?.Reached("eureka.body-bytes-max");
                await EurekaAnswer.Send(call.Http, StatusCodes.Status413PayloadTooLarge, sentence);
                return;
            }

            instance = InstanceReader.Read(body);
        }
        catch (EurekaBodyException wrong)
        {
            await EurekaAnswer.Send(call.Http, StatusCodes.Status400BadRequest, wrong.Message);
            return;
        }

        if (!instance.App.Equals(app, StringComparison.OrdinalIgnoreCase))
        {
            await EurekaAnswer.Send(call.Http, StatusCodes.Status400BadRequest, $"Mismatched appName, expecting {app} but was {instance.App}");
            return;
        }

        await RegisterAsync(call, app, instance);
        await EurekaAnswer.Send(call.Http, StatusCodes.Status204NoContent);
    }

    /// <summary>Says that an instance lives.</summary>
    public static async Task Heartbeat(EurekaCall call, string app, string id)
    {
        var isBeaten = call.Find(app, id) is { } entry
            && !(Dirty(call) > EntryOutward.LastDirty(entry))
            && await TryAsync(() => call.Registry.HeartbeatAsync(entry.Record.Key, epoch: null, call.Aborted));
        await EurekaAnswer.Send(call.Http, isBeaten ? StatusCodes.Status200OK : StatusCodes.Status404NotFound);
    }

    /// <summary>Takes an instance away.</summary>
    public static async Task Cancel(EurekaCall call, string app, string id)
    {
        var isGone = call.Find(app, id) is { } entry
            && await TryAsync(() => call.Registry.DeregisterAsync(entry.Record.Key, epoch: null, WriteOptions.Default, call.Aborted));
        await EurekaAnswer.Send(call.Http, isGone ? StatusCodes.Status200OK : StatusCodes.Status404NotFound);
    }

    /// <summary>Sets an operator's status.</summary>
    public static async Task Override(EurekaCall call, string app, string id)
    {
        // Netflix's server fails at a name that it does not know, and its clients know 500 for that.
        if (EurekaStatuses.Parse(call.Http.Request.Query["value"]) is not { } status)
        {
            await EurekaAnswer.Send(call.Http, StatusCodes.Status500InternalServerError, NoStatus);
            return;
        }

        var isSet = call.Find(app, id) is { } entry && await TryAsync(async () =>
        {
            call.Guard?.Require(AccessRight.Operator, entry.Service, "override", entry.Id);
            await RaiseDirtyAsync(call, entry);
            await call.Registry.OverrideStatusAsync(entry.Record.Key, EurekaStatuses.Override(status), call.Aborted);
        });
        await EurekaAnswer.Send(call.Http, isSet ? StatusCodes.Status200OK : StatusCodes.Status404NotFound);
    }

    /// <summary>Takes the operator's status back. A status that comes with it counts as the instance's own, until it says otherwise.</summary>
    public static async Task RemoveOverride(EurekaCall call, string app, string id)
    {
        var value = call.Http.Request.Query["value"].ToString();
        var fallback = EurekaStatuses.Parse(value);
        if (value.Length > 0 && fallback is null)
        {
            await EurekaAnswer.Send(call.Http, StatusCodes.Status500InternalServerError, NoStatus);
            return;
        }

        var isRemoved = call.Find(app, id) is { } entry && await TryAsync(async () =>
        {
            call.Guard?.Require(AccessRight.Operator, entry.Service, "override", entry.Id);
            await RaiseDirtyAsync(call, entry);
            var bare = await call.Registry.OverrideStatusAsync(entry.Record.Key, null, call.Aborted);
            if (entry.Override is not null && fallback is { } status and not EurekaStatus.Unknown && EurekaStatuses.Of(bare) != status)
                await call.Registry.ReportStatusAsync(entry.Record.Key, EurekaStatuses.Reported(status), epoch: null, call.Aborted);
        });
        await EurekaAnswer.Send(call.Http, isRemoved ? StatusCodes.Status200OK : StatusCodes.Status404NotFound);
    }

    /// <summary>Sets pairs of an instance's metadata; the others stay.</summary>
    public static async Task SetMetadata(EurekaCall call, string app, string id)
    {
        var pairs = call.Http.Request.Query
            .Select(pair => new KeyValuePair<string, string>(EntryInward.MetadataKey(pair.Key), pair.Value.ToString())).ToList();
        var isSet = call.Find(app, id) is { } entry
            && (pairs.Count == 0 || await TryAsync(() => RewriteAsync(call, entry, pairs)));
        await EurekaAnswer.Send(call.Http, isSet ? StatusCodes.Status200OK : StatusCodes.Status404NotFound);
    }

    private static async Task RegisterAsync(EurekaCall call, string app, EurekaInstance instance)
    {
        var standing = call.Find(app, EntryInward.IdOf(instance));
        if (standing is not null && instance.LastDirty < EntryOutward.LastDirty(standing) && standing.Metadata.ContainsKey(EurekaKeys.LastDirty)
            && await TryAsync(() => call.Registry.HeartbeatAsync(standing.Record.Key, epoch: null, call.Aborted)))
        {
            return;
        }

        var service = standing?.Service ?? call.ServiceOf(app);
        var registration = EntryInward.Registration(instance, service, standing, call.Door.Leases, call.Now);
        var result = await call.Registry.RegisterAsync(registration, WriteOptions.Default, call.Aborted);
        // A client that brings an operator's status along need be no operator: without the right it is left out, and the rest stands.
        if (result.Entry.Override is null && EurekaStatuses.Override(instance.Overridden) is { } status
            && (call.Guard?.May(AccessRight.Operator, service) ?? true))
            await call.Registry.OverrideStatusAsync(result.Entry.Record.Key, status, call.Aborted);
    }

    /// <summary>A change by somebody else is one of the instance's, too: with the dirty timestamp that came with it, if that is newer.</summary>
    private static Task RaiseDirtyAsync(EurekaCall call, ServiceEntry entry) =>
        Dirty(call) is { } dirty && dirty > EntryOutward.LastDirty(entry) && entry.Metadata.ContainsKey(EurekaKeys.LastDirty)
            ? RewriteAsync(call, entry, [new(EurekaKeys.LastDirty, dirty.ToString(CultureInfo.InvariantCulture))])
            : Task.CompletedTask;

    private static Task<RegistrationResult> RewriteAsync(EurekaCall call, ServiceEntry entry, List<KeyValuePair<string, string>> pairs) =>
        call.Registry.RegisterAsync(EntryRewrite.With(entry, pairs), WriteOptions.Default, call.Aborted);

    private static long? Dirty(EurekaCall call) =>
        long.TryParse(call.Http.Request.Query[DirtyParameter], CultureInfo.InvariantCulture, out var dirty) ? dirty : null;

    /// <summary>Does it, unless the instance has gone meanwhile.</summary>
    private static async Task<bool> TryAsync(Func<Task> act)
    {
        try
        {
            await act();
            return true;
        }
        catch (RegistryException gone) when (gone.Error is RegistryError.NotFound or RegistryError.StaleEpoch)
        {
            return false;
        }
    }
}
