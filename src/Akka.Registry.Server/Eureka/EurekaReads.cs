using Akka.Registry.Security;

namespace Akka.Registry.Server.Eureka;

/// <summary>What is asked of the door.</summary>
internal static class EurekaReads
{
    /// <summary>Tells that no delta goes with an answer.</summary>
    private const int NoDelta = -1;

    /// <summary>Everything.</summary>
    public static async Task Apps(EurekaCall call)
    {
        var state = call.Read();
        await using var answer = EurekaAnswer.Begin(call.Http);
        answer.Notation.BeginApplications(state.Version, state.HashCode);
        foreach (var app in state.Apps)
            await WriteAsync(call, answer, app, isAlone: false);
        answer.Notation.EndApplications();
        await answer.EndAsync();
    }

    /// <summary>What has changed lately, beside the hash code of everything.</summary>
    public static async Task Delta(EurekaCall call)
    {
        var state = call.Read();
        await using var answer = EurekaAnswer.Begin(call.Http);
        answer.Notation.BeginApplications(state.Version, state.HashCode);
        foreach (var app in state.Changes.GroupBy(change => change.App))
        {
            answer.Notation.BeginApplication(app.Key, isAlone: false);
            foreach (var change in app)
            {
                answer.Notation.Instance(call.Show(change.Entry, change.App, change.Action, change.Time));
                await answer.BreatheAsync();
            }

            answer.Notation.EndApplication(isAlone: false);
        }

        answer.Notation.EndApplications();
        await answer.EndAsync();
    }

    /// <summary>One application.</summary>
    public static async Task App(EurekaCall call, string name)
    {
        if (call.Read().Find(name.ToUpperInvariant()) is not { } app)
        {
            call.Guard?.Require(AccessRight.Read, call.ServiceOf(name), "application");
            await EurekaAnswer.Send(call.Http, StatusCodes.Status404NotFound);
            return;
        }

        await using var answer = EurekaAnswer.Begin(call.Http);
        await WriteAsync(call, answer, app, isAlone: true);
        await answer.EndAsync();
    }

    /// <summary>One instance of an application.</summary>
    public static Task Instance(EurekaCall call, string app, string id) =>
        SendAsync(call, call.Find(app, id));

    /// <summary>One instance of whatever application; of several the first by the application's name.</summary>
    public static Task Instance(EurekaCall call, string id)
    {
        foreach (var app in call.Read().Apps)
        {
            if (app.Instances.Find(id) is { } entry)
                return SendAsync(call, entry);
        }

        foreach (var hidden in call.Guard is null ? [] : call.Door.Reader.Read().Apps)
        {
            if (hidden.Instances.Find(id) is { } entry)
                call.Guard!.Require(AccessRight.Read, entry.Service, "instance", id);
        }

        return SendAsync(call, null);
    }

    /// <summary>The instances of a virtual address; the hash code counts only them.</summary>
    public static async Task Vip(EurekaCall call, string vip, bool isSecure)
    {
        var counts = new int[EurekaStatuses.Count];
        var apps = new List<(EurekaApp App, List<ServiceEntry> Entries)>();
        foreach (var app in call.Read().Apps)
        {
            var entries = new List<ServiceEntry>();
            foreach (var entry in app.Instances)
            {
                if (!Has(EntryOutward.Vip(entry, isSecure), vip))
                    continue;
                entries.Add(entry);
                counts[(int)EurekaStatuses.Of(entry)]++;
            }

            if (entries.Count > 0)
                apps.Add((app, entries));
        }

        await using var answer = EurekaAnswer.Begin(call.Http);
        answer.Notation.BeginApplications(NoDelta, EurekaText.HashCode(counts));
        foreach (var (app, entries) in apps)
            await WriteAsync(call, answer, app.Name, entries, isAlone: false);
        answer.Notation.EndApplications();
        await answer.EndAsync();
    }

    private static Task WriteAsync(EurekaCall call, EurekaAnswer answer, EurekaApp app, bool isAlone) =>
        WriteAsync(call, answer, app.Name, app.Instances, isAlone);

    private static async Task WriteAsync(EurekaCall call, EurekaAnswer answer, string app, IEnumerable<ServiceEntry> entries, bool isAlone)
    {
        answer.Notation.BeginApplication(app, isAlone);
        foreach (var entry in entries)
        {
            answer.Notation.Instance(call.Show(entry, app, EurekaAction.Added, call.Now));
            await answer.BreatheAsync();
        }

        answer.Notation.EndApplication(isAlone);
    }

    private static async Task SendAsync(EurekaCall call, ServiceEntry? entry)
    {
        if (entry is null)
        {
            await EurekaAnswer.Send(call.Http, StatusCodes.Status404NotFound);
            return;
        }

        await using var answer = EurekaAnswer.Begin(call.Http);
        answer.Notation.InstanceAlone(call.Show(entry, entry.Service.ToUpperInvariant(), EurekaAction.Added, call.Now));
        await answer.EndAsync();
    }

    /// <summary>Whether a list of virtual addresses names one; case does not matter.</summary>
    private static bool Has(string? vips, string vip)
    {
        foreach (var range in vips.AsSpan().Split(','))
        {
            if (vips.AsSpan()[range].Trim().Equals(vip, StringComparison.OrdinalIgnoreCase))
                return vip.Length > 0;
        }

        return false;
    }
}
