using System.Globalization;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Server.Api;

/// <summary>Says of an answer how old it may be, while the engine's store is silent; no header else.</summary>
internal static class StaleMark
{
    /// <summary>Whole seconds since the store was last heard.</summary>
    public const string Header = "Registry-Stale-Seconds";

    /// <summary>Marks an answer that has not begun.</summary>
    public static void Set(HttpContext context)
    {
        if (context.RequestServices.GetRequiredService<IReplicatedMap>().Status.StaleSince is not { } since)
            return;
        var age = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow() - since;
        context.Response.Headers[Header] = ((long)Math.Max(0, age.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
    }
}
